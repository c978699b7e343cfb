"""What the picture of an access code says."""

import base64
import struct
import zlib

import zxingcpp

VISITOR = {"client_id": "client_bola", "user_pass_id": "brgpass_bola_gym"}


def text_of(picture):
    """What a QR code says, a data URI of a PNG with one bit for each pixel."""
    kind, _, data = picture.partition(",")
    assert kind == "data:image/png;base64"
    png = base64.b64decode(data, validate=True)
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    place, pixels, size = 8, b"", 0
    while place < len(png):
        length, name = struct.unpack(">I4s", png[place : place + 8])
        chunk = png[place + 8 : place + 8 + length]
        if name == b"IHDR":
            size, height, depth, *_ = struct.unpack(">IIBBBBB", chunk)
            assert (height, depth) == (size, 1)
        if name == b"IDAT":
            pixels += chunk
        place += length + 12
    grey = b"".join(bytes(255 * (row[x // 8] >> (7 - x % 8) & 1) for x in range(size)) for row in rows_of(pixels, size))
    shown = memoryview(grey).cast("B", (size, size))
    (code,) = zxingcpp.read_barcodes(shown, formats=zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode]))
    return code.text


def rows_of(pixels, size):
    """The lines of a picture: each is there as it is, or as what differs from the one above it."""
    lines, width = zlib.decompress(pixels), (size + 7) // 8
    row = bytes(width)
    for start in range(0, len(lines), 1 + width):
        kind, line = lines[start], lines[start + 1 : start + 1 + width]
        assert kind in {0, 2}
        row = line if kind == 0 else bytes((here + above) % 256 for here, above in zip(line, row, strict=True))
        yield row


def test_the_picture_says_what_the_code_says_also_of_one_that_was_confirmed(alpha):
    """BG-C05."""
    of_spa = alpha.post("/access-codes", {**VISITOR, "provider_branch_id": "branch_serenity_vi"}).json()
    session = alpha.post("/access-codes", {**VISITOR, "provider_branch_id": "branch_ironworks_ikeja"}).json()
    body = {"number_of_visits": 1, "duration": "MONTHLY"}
    of_gym = alpha.post(f"/access-codes/{session['session_id']}/confirm", body).json()

    for shown in (of_spa, of_gym):
        assert text_of(shown["qr_code"]) == shown["access_code"]
