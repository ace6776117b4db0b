"""Consonant skeletons: what stays equal when one name is spelled by different ears.

Vowels are not written in Arabic and Hebrew and vary in every romanisation. The *fine* skeleton drops them and
keeps the consonants apart; the *coarse* ones also join the consonants that different countries exchange.
"""

import re
from functools import lru_cache
from itertools import islice, product

MAX_COARSE_SKELETONS = 8

# Two letters that are one sound become one sign, before anything is dropped.
_SOUNDS = (
    ("shch", "$"), ("tch", "c"), ("dj", "j"), ("dz", "z"), ("ph", "f"), ("ck", "k"), ("kh", "x"),
    ("gh", "g*"), ("sh", "$"), ("zh", "j"), ("th", "t*"), ("dh", "d*"), ("ch", "c"), ("qu", "k"),
)  # fmt: skip
_SOFT_C = re.compile(r"c(?=[eiy])")
_INITIAL_GLIDE = re.compile(r"^(?:[iy](?=[aeiou])|y)")
_INITIAL_W = re.compile(r"^(?:ou(?=[aei])|w)")
_DROPPED = re.compile(r"(?<!^)[aeiouyw]")
_REPEATED = re.compile(r"([a-z$])(?:\1)+")
# Signs that stand for several sounds, or for one that other countries write otherwise.
_COARSE = {
    "x": "hk", "g": "kj", "g*": "k", "$": "s", "C": "s", "t*": "ts", "d*": "dz", "q": "k", "v": "f", "p": "b",
}  # fmt: skip


def _one_sign_a_sound(word: str) -> str:
    for letters, sign in _SOUNDS:
        if letters == "ch":
            word = _SOFT_C.sub("s", word.replace("ch", "C")).replace("c", "k")
            continue
        word = word.replace(letters, sign)
    return word


@lru_cache(maxsize=200_000)
def fine_skeleton(word: str) -> str:
    """The consonants in order, doubled ones once; a vowel is kept only at the start, as `A`.

    `mohammed`, `muhammad` and the Arabic script's `mhmd` give the same `mhmd`; a final h is not heard.
    """
    signs = _one_sign_a_sound(word)
    signs = _INITIAL_W.sub("W", _INITIAL_GLIDE.sub("Y", signs)).replace("q", "k")
    if signs[:1] in {"a", "e", "i", "o", "u"}:
        signs = "A" + signs[1:]
    bare = _REPEATED.sub(r"\1", _DROPPED.sub("", signs))
    return bare[:-1] if len(bare) > 1 and bare.endswith("h") else bare


@lru_cache(maxsize=200_000)
def coarse_skeletons(word: str) -> tuple[str, ...]:
    """Up to `MAX_COARSE_SKELETONS` keys: kh is h or k, g is k or j, th is t or s, dh is d or z, p is b."""
    signs = re.findall(r".\*?", fine_skeleton(word))
    readings = [_COARSE.get(sign, sign) for sign in signs]
    keys = ("".join(reading) for reading in islice(product(*readings), MAX_COARSE_SKELETONS))
    return tuple(dict.fromkeys(_REPEATED.sub(r"\1", key) for key in keys))
