"""Numbers that both sides of a parity check can make."""

import numpy
import torch


def made(count, salt, low, high):
    """Numbers that a few lines make anywhere, exactly: MurmurHash3's finaliser of the index."""
    mask = numpy.uint64(0xFFFFFFFF)
    h = (numpy.arange(count, dtype=numpy.uint64) + numpy.uint64(1 + 104729 * salt)) & mask
    h = ((h ^ (h >> 16)) * 0x85EBCA6B) & mask
    h = ((h ^ (h >> 13)) * 0xC2B2AE35) & mask
    h = h ^ (h >> 16)
    return torch.from_numpy((low + (high - low) * h.astype(numpy.float64) / 2**32).astype(numpy.float32))
