"""A logo drawn in code: a lamp that shines."""

import io
import math

from PIL import Image, ImageDraw

WIDTH, HEIGHT = 240, 240
SCALE = 4  # drawn larger, then reduced: smooth edges
NIGHT, LIGHT = "#1f3a5f", "#f2a71b"
RAYS = 7


def draw():
    """Return the logo as a PNG."""
    image = Image.new("RGBA", (WIDTH * SCALE, HEIGHT * SCALE), (0, 0, 0, 0))
    pen = ImageDraw.Draw(image)
    draw_lamp(pen)
    draw_rays(pen)
    image = image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
    content = io.BytesIO()
    image.save(content, "PNG")
    return content.getvalue()


def draw_lamp(pen):
    """Draw the cable, the shade and the bulb."""
    pen.rectangle(scaled(116, 0, 124, 62), fill=NIGHT)
    pen.rounded_rectangle(scaled(104, 52, 136, 76), 6 * SCALE, fill=NIGHT)
    pen.pieslice(scaled(92, 86, 148, 142), 0, 360, fill=LIGHT)
    pen.pieslice(scaled(50, 66, 190, 186), 180, 360, fill=NIGHT)


def draw_rays(pen):
    """Draw rays below the shade, as a fan."""
    for number in range(RAYS):
        angle = math.radians(20 + 140 * number / (RAYS - 1))
        start = point(angle, 48)
        end = point(angle, 88)
        pen.line([*start, *end], fill=LIGHT, width=7 * SCALE)


def point(angle, distance):
    """Return the point at a distance of the bulb."""
    across, down = math.cos(angle) * distance, math.sin(angle) * distance
    return (120 + across) * SCALE, (136 + down) * SCALE


def scaled(*numbers):
    """Enlarge coordinates."""
    return [number * SCALE for number in numbers]
