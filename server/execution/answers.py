"""How answers of the compiled executor are encoded: which values ``encode`` writes as their scalars do."""

import datetime as dt

import orjson

from server.execution.compiled.registry import Encoding
from server.protocol.messages import encode

NATIVE_SCALARS = {"Date": dt.date, "DateTime": dt.datetime}
"""The scalars that orjson writes as ``schema.declaration.scalars`` does; a test compares them."""

ENCODING = Encoding(encode=encode, splice=orjson.Fragment, native=NATIVE_SCALARS)
