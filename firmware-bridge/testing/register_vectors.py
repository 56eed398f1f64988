"""Words as they come on the wire and what they mean, made by Python's struct, decimal and codecs alone:

    python3 testing/register_vectors.py > testing/register-vectors.tsv

Columns: what is expected (raw: the number; value: the number in the point's unit, or why there is none; text), type, order, words in
hexadecimal, other keys of the read as JSON, expected.
"""

import json
import random
import struct
from decimal import Decimal

CODES = {
    "u8": ">B", "i8": ">b", "u16": ">H", "i16": ">h", "u32": ">I", "i32": ">i",
    "u64": ">Q", "i64": ">q", "f16": ">e", "f32": ">f", "f64": ">d",
}
ORDERS = {
    2: ["AB"],
    4: ["ABCD", "CDAB", "BADC", "DCBA"],
    8: ["ABCDEFGH", "GHEFCDAB", "BADCFEHG", "HGFEDCBA", "CDABGHEF", "EFGHABCD"],
}
rng = random.Random(20261125)


def row(expect, kind, order, data, keys, expected):
    words = " ".join(data[i:i + 2].hex().upper() for i in range(0, len(data), 2))
    print(expect, kind, order, words, json.dumps(keys, separators=(",", ":")), expected, sep="\t")


def number(value):
    if isinstance(value, int):
        return str(value)
    return {"inf": "Infinity", "-inf": "-Infinity", "nan": "NaN"}.get(str(value), repr(value))


def on_wire(big_endian, order):
    return bytes(big_endian["ABCDEFGH".index(letter)] for letter in order)


def in_orders(kind, big_endian, expected):
    orders = ORDERS[len(big_endian)]
    for order in orders:
        row("raw", kind, "" if len(big_endian) == 2 else order, on_wire(big_endian, order), {}, expected)


def whole_samples(kind):
    bits = int(kind[1:])
    low, high = (0, 2 ** bits - 1) if kind[0] == "u" else (-2 ** (bits - 1), 2 ** (bits - 1) - 1)
    return [low, high, 0, 1, low + 1, high - 1, *(rng.randint(low, high) for _ in range(4))]


FLOATS = {
    "f16": [0.0, 1.0, -2.0, 65504.0, 0.333251953125, 6.103515625e-05, 5.960464477539063e-08, float("inf"), float("nan")],
    "f32": [0.0, 123456.789, -0.1, 3.4028234663852886e38, 1.401298464324817e-45, float("-inf"), float("nan")],
    "f64": [0.0, 123456.789, -0.1, 1.7976931348623157e308, 5e-324, 9007199254740993.0, float("inf"), float("nan")],
}

print("# Made by: python3 testing/register_vectors.py > testing/register-vectors.tsv")
for kind in ("u16", "i16", "u32", "i32", "u64", "i64"):
    for value in whole_samples(kind):
        in_orders(kind, struct.pack(CODES[kind], value), number(value))
for kind, values in FLOATS.items():
    for value in values:
        packed = struct.pack(CODES[kind], value)
        in_orders(kind, packed, number(struct.unpack(CODES[kind], packed)[0]))

for kind in ("u8", "i8"):
    for value in whole_samples(kind):
        own, other = struct.pack(CODES[kind], value), bytes([rng.randrange(256)])
        row("raw", kind, "", own + other, {"byte": "high"}, value)
        row("raw", kind, "", other + own, {"byte": "low"}, value)
        row("raw", kind, "", other + own, {}, value)

for bit in range(16):
    word = rng.randrange(65536)
    row("raw", "bit", "", struct.pack(">H", word), {"bit": bit}, word >> bit & 1)

for digits in (4, 8, 16):
    for text in ["0" * digits, "9" * digits, "1" + "0" * (digits - 1),
                 *("".join(rng.choice("0123456789") for _ in range(digits)) for _ in range(4))]:
        in_orders(f"bcd{4 * digits}", bytes.fromhex(text), str(int(text)))
    for place in range(digits):
        text = "1" * place + rng.choice("ABCDEF") + "1" * (digits - place - 1)
        in_orders(f"bcd{4 * digits}", bytes.fromhex(text), "NaN")

for kind in ("u16", "u32", "u64"):
    bits = int(kind[1:])
    for _ in range(12):
        raw, shift = rng.getrandbits(bits), rng.randrange(bits)
        mask = rng.getrandbits(min(bits, 53)) or 1
        packed = struct.pack(CODES[kind], raw)
        order = rng.choice(ORDERS[len(packed)])
        # A double holds 53 bits: a mask of the lower ones of a wider number would count what was rounded away.
        if bits == 64:
            raw &= 2 ** 53 - 1
            packed = struct.pack(CODES[kind], raw)
        row("masked", kind, "" if bits == 16 else order, on_wire(packed, order), {"mask": mask, "shift": shift}, (raw & mask) >> shift)
for kind in ("i8", "i16", "i32"):
    for value in whole_samples(kind)[:8]:
        packed, shift = struct.pack(CODES[kind], value), rng.randrange(1, int(kind[1:]))
        row("masked", kind, "ABCD" if len(packed) == 4 else "", packed.rjust(2, b"\x5a"), {"shift": shift}, value >> shift)

for raw in range(6):
    table = {"0": 0, "1": 1, "2": 10, "4": 3}
    row("value", "u16", "", struct.pack(">H", raw), {"values": table}, table.get(str(raw), "out_of_range"))
for raw in (0, 1, 2, 3):
    table = {"0": 0, "1": 7, "2": 9}
    word = raw << 5 | 0b11111 | 0xFF00
    keys = {"mask": 0x60, "shift": 5, "values": table}
    row("value", "u16", "", struct.pack(">H", word), keys, table.get(str(raw), "out_of_range"))
for kind, value, missing in [("u16", 65535, [65535]), ("u16", 65534, [65535]), ("i16", -32768, [-32768, 32767]),
                             ("i16", 32767, [-32768, 32767]), ("u32", 4294967295, [4294967295]), ("i32", -1, [-1]),
                             ("f32", -9999.0, [-9999]), ("f32", -9998.0, [-9999]), ("u8", 255, [255])]:
    packed = struct.pack(CODES[kind], value).rjust(2, b"\x00")
    row("value", kind, "", packed, {"missing": missing}, "stale" if value in missing else number(int(value)))
# What says "no value" is looked for before mask, shift and scale.
row("value", "u16", "", b"\xff\xff", {"missing": [65535], "mask": 15}, "stale")
row("value", "u16", "", b"\x00\x0f", {"missing": [65535], "mask": 15}, 15)
for kind, value, scale, offset in [("u16", 736, "0.1", "-40"), ("i16", -215, "0.1", "0"), ("u32", 4000000123, "0.01", "0"),
                                   ("i32", -1234567, "0.001", "0.5"), ("u16", 3, "0.1", "0"), ("u64", 123456789012, "0.001", "0")]:
    exact = Decimal(value) * Decimal(scale) + Decimal(offset)
    row("value", kind, "", struct.pack(CODES[kind], value), {"scale": float(scale), "offset": float(offset)}, exact)

for text, coding in [("WTZ-8800", "ascii"), ("  SN 0017 ", "ascii"), ("消火栓", "gb18030"), ("泵A#1", "gb18030"), ("", "ascii")]:
    data = text.encode(coding)
    padded = data + b"\x00" * (-len(data) % 2) + b"\x00\x00"
    row("text", "string", "", padded, {"length": len(padded) // 2}, text.strip())
row("text", "string", "", b"AB\x00CD\x00", {"length": 3}, "AB")
