from models.framing.faces import Face
from models.framing.people import MAX_MISSED, People, SearchWindow

PICTURE = SearchWindow(0, 0, 640, 480)
CLOSE = SearchWindow(150, 100, 300, 300)


def face(x=300, y=200, height=100):
    return Face(x, y, height, height, 0.9)


def heights(people):
    return [round(person.face.height) for person in people.there]


def test_a_face_that_moves_a_little_is_the_same_persons():
    people = People()
    for dx in (0, 20, 45, 60):
        people.note([face(300 + dx)], PICTURE)
    (person,) = people.there
    assert person.face.x == 332.5
    assert not person.is_steady
    for _ in range(4):
        people.note([face(360)], PICTURE)
    assert person.is_steady
    people.note([], PICTURE)
    assert not person.is_steady


def test_a_face_elsewhere_or_of_another_size_is_someone_elses():
    people = People()
    people.note([face(), face(500)], PICTURE)
    people.note([face(), face(500), face(height=250)], PICTURE)
    assert heights(people) == [100, 100, 250]


def test_two_faces_of_one_look_are_two_people():
    people = People()
    people.note([face(300), face(330)], PICTURE)
    assert len(people.there) == 2


def test_who_is_not_found_again_and_again_is_gone_but_not_at_once():
    people = People()
    for _ in range(3):
        people.note([face()], PICTURE)
    for _ in range(MAX_MISSED - 1):
        people.note([], PICTURE)
    assert people.there
    people.note([], PICTURE)
    assert people.there == []


def test_what_was_found_once_is_gone_sooner():
    people = People()
    people.note([face()], PICTURE)
    people.note([], PICTURE)
    people.note([], PICTURE)
    assert people.there == []


def test_no_one_is_missed_outside_the_searched_window():
    people = People()
    people.note([face()], PICTURE)
    for _ in range(20):
        people.note([], SearchWindow(400, 200, 200, 200))
    assert len(people.there) == 1


def test_a_close_look_measures_and_a_far_one_only_says_that_someone_is_there():
    people = People()
    people.note([face(height=90)], PICTURE)
    assert people.there[0].coarse
    for _ in range(3):
        people.note([face(height=70)], CLOSE)
    for _ in range(5):
        people.note([face(height=90)], PICTURE)
    assert heights(people) == [70]
