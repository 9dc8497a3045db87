"""The version of this program, as files that it makes carry it."""

VERSION = "0.1.0"
