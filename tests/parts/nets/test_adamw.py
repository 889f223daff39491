import subprocess
import sys

import pytest

from phantom_ml.parts.nets.adamw import BETAS, AdamW

torch = pytest.importorskip("torch", reason="the extra 'deep' is not installed")
RATES = {"first": (0.01, 0.1), "last": (0.02, 0.0)}


def weights_at_first():
    generator = torch.Generator().manual_seed(0)
    drawn = {n: torch.randn(size, generator=generator) for n, size in shapes().items()}
    return {name: weight.requires_grad_() for name, weight in drawn.items()}


def shapes():
    return {"first": (4, 8), "last": (8,)}


def lost(weights):
    rows = torch.linspace(-1, 1, 40).reshape(10, 4)
    return (torch.tanh(rows @ weights["first"]) @ weights["last"] - rows[:, 0]).square().mean()


def test_its_steps_are_those_of_torch():
    own, other = weights_at_first(), weights_at_first()
    here = AdamW(own)
    groups = [{"params": [other[n]], "lr": r, "weight_decay": d} for n, (r, d) in RATES.items()]
    there = torch.optim.AdamW(groups, betas=BETAS, fused=True)
    for _ in range(20):
        here.forget()
        lost(own).backward()
        here.step(RATES.__getitem__)
        there.zero_grad()
        lost(other).backward()
        there.step()
    assert all(torch.equal(own[name], other[name]) for name in RATES)


def test_a_weight_without_a_gradient_stays_as_it_is():
    own = weights_at_first()
    before = own["last"].detach().clone()
    AdamW(own).step(RATES.__getitem__)
    assert torch.equal(own["last"], before)


def test_a_step_does_not_import_the_compiler_of_torch():
    code = (
        "import sys, torch\n"
        "from phantom_ml.parts.nets.adamw import AdamW\n"
        "w = {'w': torch.ones(1, requires_grad=True)}\n"
        "w['w'].sum().backward()\n"
        "AdamW(w).step(lambda name: (0.1, 0.0))\n"
        "sys.exit('torch._dynamo' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
