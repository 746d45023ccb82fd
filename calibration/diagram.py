"""The reliability diagram as SVG: one bar per confidence bin, and the diagonal of a calibrated model."""

from calibration.reliability import BINS, Reliability

SIDE, MARGIN, GAP = 240, 44, 60
_HEAD = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="12">'
    '<rect width="100%" height="100%" fill="white"/>'
)


def draw(diagrams: dict[str, Reliability]) -> str:
    """Draw diagrams next to each other, each with its title; return the SVG text."""
    width = MARGIN + len(diagrams) * (SIDE + GAP)
    parts = [_HEAD.format(width=width, height=SIDE + 2 * MARGIN)]
    for k, (title, reliability) in enumerate(diagrams.items()):
        parts += [
            f'<g transform="translate({MARGIN + k * (SIDE + GAP)} {MARGIN})">',
            *_panel(title, reliability),
            "</g>",
        ]
    return "\n".join([*parts, "</svg>\n"])


def _panel(title: str, reliability: Reliability) -> list[str]:
    bar = SIDE / BINS
    lines = [f'<text y="-14" font-weight="bold">{title}: ECE {reliability.error:.3f}</text>']
    for k in range(BINS):
        if reliability.share[k] > 0:
            high = SIDE * reliability.accuracy[k]
            lines.append(
                f'<rect x="{k * bar + 1:.1f}" y="{SIDE - high:.1f}" width="{bar - 2:.1f}" height="{high:.1f}" '
                f'fill="#2a78d6" fill-opacity="{0.25 + 0.75 * reliability.share[k] ** 0.5:.2f}"/>'
            )
    return [
        *lines,
        f'<rect width="{SIDE}" height="{SIDE}" fill="none" stroke="#444"/>',
        f'<line x1="0" y1="{SIDE}" x2="{SIDE}" y2="0" stroke="#444" stroke-dasharray="4 4"/>',
        f'<text x="{SIDE / 2}" y="{SIDE + 28}" text-anchor="middle">confidence</text>',
        f'<text transform="translate(-28 {SIDE / 2}) rotate(-90)" text-anchor="middle">share right</text>',
        *(f'<text x="{SIDE * x}" y="{SIDE + 14}" text-anchor="middle">{x:g}</text>' for x in (0, 0.5, 1)),
        *(f'<text x="-4" y="{SIDE * (1 - y) + 4}" text-anchor="end">{y:g}</text>' for y in (0, 0.5, 1)),
    ]
