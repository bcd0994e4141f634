#!/usr/bin/env python3
"""Makes Fixtures/images/jpeg: JPEG files, and beside each what OpenCV or Pillow decodes it to, as PNG.

Run by hand: python3 -m venv venv && venv/bin/pip install opencv-python-headless numpy pillow
             venv/bin/python Fixtures/make_jpegs.py
Made with OpenCV 5.0.0 (libjpeg-turbo 3.1.2), Pillow 13.0.0 (libjpeg-turbo 3.2.0) and NumPy 2.4.6.
"""

import pathlib

import cv2
import numpy
import PIL.Image
import PIL.ImageOps

FIXTURES = pathlib.Path(__file__).parent
FOLDER = FIXTURES / "images" / "jpeg"

SAMPLINGS = {"444": cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444, "422": cv2.IMWRITE_JPEG_SAMPLING_FACTOR_422,
             "420": cv2.IMWRITE_JPEG_SAMPLING_FACTOR_420, "440": cv2.IMWRITE_JPEG_SAMPLING_FACTOR_440,
             "411": cv2.IMWRITE_JPEG_SAMPLING_FACTOR_411}
ORIENTATION = 0x0112


def png(name, pixels):
    """Writes RGB or grey pixels."""
    PIL.Image.fromarray(pixels).save(FOLDER / name, optimize=True)


def opencv_jpeg(name, pixels, quality, *options):
    """Writes a file with OpenCV's encoder, and what its decoder makes of it."""
    ordered = pixels if pixels.ndim == 2 else pixels[..., ::-1]
    encoded = cv2.imencode(".jpg", ordered, [cv2.IMWRITE_JPEG_QUALITY, quality, *options])[1]
    (FOLDER / f"{name}.jpg").write_bytes(encoded.tobytes())
    decoded = cv2.imdecode(encoded, cv2.IMREAD_UNCHANGED | cv2.IMREAD_IGNORE_ORIENTATION)
    png(f"{name}.png", decoded if decoded.ndim == 2 else numpy.ascontiguousarray(decoded[..., ::-1]))


def pillow_jpeg(name, image, **options):
    """Writes a file with Pillow's encoder, and what its decoder makes of it."""
    image.save(FOLDER / f"{name}.jpg", **options)
    png(f"{name}.png", numpy.asarray(PIL.Image.open(FOLDER / f"{name}.jpg")))


def stored(name):
    """Y, Cb and Cr as they come out of the decoder, side by side in the channels of a PNG."""
    image = PIL.Image.open(FOLDER / f"{name}.jpg")
    image.draft("YCbCr", image.size)
    assert image.mode == "YCbCr"
    png(f"{name}_ycbcr.png", numpy.asarray(image))


def orientations(small):
    """The eight orientations of one picture, in both byte orders; upright, they are all one size or its transpose."""
    for value in range(1, 9):
        exif = PIL.Image.Exif()
        exif[ORIENTATION] = value
        exif.endian = "<" if value % 2 else ">"
        small.save(FOLDER / f"orientation_{value}.jpg", quality=90, exif=exif.tobytes())
        upright = cv2.imdecode(numpy.frombuffer((FOLDER / f"orientation_{value}.jpg").read_bytes(), numpy.uint8), 1)
        png(f"orientation_{value}.png", numpy.ascontiguousarray(upright[..., ::-1]))
    exif = PIL.Image.Exif()
    exif[ORIENTATION] = 6
    small.save(FOLDER / "exif_chunk.png", exif=exif.tobytes())
    png("exif_chunk_upright.png", numpy.asarray(PIL.ImageOps.exif_transpose(PIL.Image.open(FOLDER / "exif_chunk.png"))))


def main():
    FOLDER.mkdir(exist_ok=True)
    photo = numpy.asarray(PIL.Image.open(FIXTURES / "chelsea_320x180.png").convert("RGB"))
    colour = numpy.ascontiguousarray(photo[60:95, 130:167])  # 35 rows, 37 columns: no multiple of a block
    grey = cv2.cvtColor(colour, cv2.COLOR_RGB2GRAY)
    png("grey_original.png", grey)
    png("colour_original.png", colour)
    for quality in (1, 10, 20, 30, 40, 90, 100):
        opencv_jpeg(f"grey_{quality}", grey, quality)
    for name, factor in SAMPLINGS.items():
        opencv_jpeg(f"colour_{name}", colour, 40, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, factor)
        stored(f"colour_{name}")
    opencv_jpeg("progressive", colour, 60, cv2.IMWRITE_JPEG_PROGRESSIVE, 1)
    opencv_jpeg("progressive_grey", grey, 60, cv2.IMWRITE_JPEG_PROGRESSIVE, 1)
    opencv_jpeg("restarts", colour, 60, cv2.IMWRITE_JPEG_RST_INTERVAL, 2)
    opencv_jpeg("single", colour[:1, :1], 60)
    image = PIL.Image.fromarray(colour)
    pillow_jpeg("rgb", image, quality=60, keep_rgb=True)
    image.convert("CMYK").save(FOLDER / "cmyk.jpg", quality=60)
    small = numpy.ascontiguousarray(photo[60:71, 130:147])
    orientations(PIL.Image.fromarray(small))


if __name__ == "__main__":
    main()
