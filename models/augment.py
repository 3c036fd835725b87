"""What a recording may look like without its diagnosis changing. Batches of [batch, 12, 1000] millivolt."""

import math

import torch

import chain

LENGTH = chain.WINDOW_SAMPLES
RATE_HZ = 100


def twelve_leads(independent):
    """[batch, 8, time] I II V1…V6 to twelve leads: Einthoven and Goldberger hold whatever was done to the eight."""
    one, two = independent[:, 0], independent[:, 1]
    derived = [one, two, two - one, -(one + two) / 2, one - two / 2, two - one / 2]
    return torch.cat([torch.stack(derived, 1), independent[:, 2:]], 1)


def stretch(ecg, generator):
    """The whole batch a little slower or faster, +-8 %: heart rate is no diagnosis here."""
    factor = 1 + 0.08 * (2 * torch.rand(1, generator=generator).item() - 1)
    length = int(round(LENGTH * factor))
    changed = torch.nn.functional.interpolate(ecg, size=length, mode="linear", align_corners=False)
    if length >= LENGTH:
        return changed[..., :LENGTH]
    return torch.cat([changed, changed[..., : LENGTH - length]], 2)


def shift_electrodes(leads, generator):
    """[batch, 8, time]. In half of the records each chest lead leans on a neighbour by up to a quarter: an electrode put too high or far."""
    batch = len(leads)
    chest = leads[:, 2:]
    share = 0.25 * (2 * torch.rand(batch, 6, 1, generator=generator) - 1)
    share = share * (torch.rand(batch, 1, 1, generator=generator) < 0.5)
    following = torch.cat([chest[:, 1:], chest[:, -1:]], 1)
    former = torch.cat([chest[:, :1], chest[:, :-1]], 1)
    neighbour = torch.where(share > 0, following, former)
    return torch.cat([leads[:, :2], chest + share.abs() * (neighbour - chest)], 1)


def augment(ecg, generator):
    def uniform(low, high, *shape):
        return low + (high - low) * torch.rand(*shape, generator=generator)

    batch = len(ecg)
    leads = stretch(ecg[:, chain.INDEPENDENT], generator)
    # Another start: beats at the borders are cut elsewhere.
    starts = torch.randint(0, LENGTH, (batch,), generator=generator)
    index = (torch.arange(LENGTH) + starts[:, None]) % LENGTH
    leads = leads.gather(2, index[:, None].expand(-1, leads.shape[1], -1))
    leads = shift_electrodes(leads, generator)
    # Body build, electrode positions, electrode noise, what breathing leaves of the baseline.
    leads = leads * uniform(0.85, 1.15, batch, 1, 1) * uniform(0.92, 1.08, batch, leads.shape[1], 1)
    leads = leads + uniform(0, 0.02, batch, 1, 1) * torch.randn(leads.shape, generator=generator)
    phase = uniform(0, 2 * math.pi, batch, leads.shape[1], 1)
    time = torch.arange(LENGTH) / RATE_HZ
    wander = torch.sin(2 * math.pi * uniform(0.3, 0.9, batch, 1, 1) * time + phase)
    leads = leads + uniform(0, 0.04, batch, leads.shape[1], 1) * wander
    # A lead fallen off, and a stretch of time lost.
    leads = leads * (torch.rand(batch, leads.shape[1], 1, generator=generator) > 0.03)
    lost = torch.randint(0, LENGTH, (batch, 1), generator=generator)
    width = torch.randint(0, 200, (batch, 1), generator=generator)
    kept = (torch.arange(LENGTH) < lost) | (torch.arange(LENGTH) >= lost + width)
    return twelve_leads(leads * kept[:, None])


def mix(ecg, target, strength, generator):
    """Mix-up (Zhang 2018) with partners from the same batch."""
    share = torch.distributions.Beta(strength, strength).sample((len(ecg),))
    share = torch.maximum(share, 1 - share)
    partner = torch.randperm(len(ecg), generator=generator)
    shape = share[:, None, None]
    return ecg * shape + ecg[partner] * (1 - shape), target * share[:, None] + target[partner] * (1 - share[:, None])
