"""What turns control on and off."""

from app.control.arming import Arming


def recorded(arming):
    changes = []
    arming.listen(lambda on, why: changes.append((on, why)))
    return changes


def test_off_at_the_start_and_no_gesture_turns_it_on():
    arming = Arming(False, gesture_resumes=True)
    changes = recorded(arming)
    arming.toggle_by_gesture("Stop Sign")
    assert not arming.on
    assert changes == [(False, "")]


def test_a_gesture_pauses_and_resumes():
    arming = Arming(True, gesture_resumes=True)
    changes = recorded(arming)
    for _ in range(2):
        arming.toggle_by_gesture("Stop Sign")
    assert changes == [(True, ""), (False, "Stop Sign"), (True, "Stop Sign")]


def test_a_gesture_that_may_not_resume():
    arming = Arming(True, gesture_resumes=False)
    for _ in range(2):
        arming.toggle_by_gesture("Stop Sign")
    assert not arming.on
    arming.toggle()
    assert arming.on


def test_a_gesture_does_not_turn_on_what_a_key_turned_off():
    arming = Arming(True, gesture_resumes=True)
    arming.toggle()
    arming.toggle_by_gesture("Stop Sign")
    assert not arming.on
    arming.toggle()
    assert arming.on


def test_an_error_turns_it_off_permanently():
    arming = Arming(True, gesture_resumes=True)
    changes = recorded(arming)
    for _ in range(2):
        arming.disarm("it failed")
    arming.toggle_by_gesture("Stop Sign")
    assert changes == [(True, ""), (False, "it failed")]
