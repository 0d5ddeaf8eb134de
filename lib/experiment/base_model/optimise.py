"""One optimiser step: which parameters go to which optimiser, the loss, the learning rate, the average."""

import contextlib
from collections.abc import Callable

import torch
from torch.nn.functional import cross_entropy
from transformers import Qwen3ForCausalLM

from lib.experiment.base_model.data import WEIGHTS, Batch, Role

PEAK = 3e-3
WARMUP_STEPS = 100
DECAY_FROM = 2 / 3


def rate(step: int, progress: float, peak: float = PEAK) -> float:
    """Learning rate: short warm-up to ``peak``, constant, then linear to zero over the last third of the time."""
    return peak * min(1.0, (step + 1) / WARMUP_STEPS, max(0.0, (1 - progress) / (1 - DECAY_FROM)))


class Optimiser:
    """Muon for the matrices of the layers, AdamW for embeddings and norms, and a running average of all."""

    def __init__(self, model: Qwen3ForCausalLM, forward: Callable, average_over: int = 600, peak: float = PEAK) -> None:
        """Take the model, ``forward``: its decoder, compiled or not, and the highest learning rate."""
        self.model = model
        self.forward = forward
        self.device = next(model.parameters()).device
        matrices = [p for name, p in model.named_parameters() if p.ndim == 2 and "embed" not in name]
        chosen = {id(p) for p in matrices}
        rest = [p for p in model.parameters() if id(p) not in chosen]
        self.optimisers = [
            torch.optim.Muon(matrices, lr=PEAK, weight_decay=0.05, adjust_lr_fn="match_rms_adamw"),
            torch.optim.AdamW(rest, lr=PEAK, betas=(0.9, 0.98), weight_decay=0.0),
        ]
        self.weights = torch.tensor([WEIGHTS[role] for role in Role], device=self.device)
        self.average = {name: p.detach().clone() for name, p in model.named_parameters()}
        self.average_over = average_over
        self.peak = peak

    def step(self, batch: Batch, number: int, progress: float) -> torch.Tensor:
        """Train on one batch; give a (roles, 3) tensor: per role the tokens, those right, the summed loss."""
        ids, roles = batch.ids.to(self.device), batch.roles.to(self.device)
        with self._precision():
            hidden = self.forward(input_ids=ids).last_hidden_state
            # Most tokens are given text: the vocabulary is only scored where something is to be learnt.
            targets = roles[:, 1:] > 0
            logits = self.model.lm_head(hidden[:, :-1][targets]).float()
        wanted, roles = ids[:, 1:][targets], roles[:, 1:][targets]
        losses = cross_entropy(logits, wanted, reduction="none")
        weights = self.weights[roles]
        (losses * weights).sum().div(weights.sum()).backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        for optimiser in self.optimisers:
            for group in optimiser.param_groups:
                group["lr"] = rate(number, progress, self.peak)
            optimiser.step()
            optimiser.zero_grad()
        self._update_average(number)
        with torch.no_grad():
            right = (logits.argmax(-1) == wanted).float()
            sums = torch.stack([torch.ones_like(right), right, losses], dim=1)
            return torch.zeros(len(Role), 3, device=self.device).index_add_(0, roles, sums)

    def state(self) -> dict:
        """Give everything that a later run needs to go on."""
        return {
            "model": self.model.state_dict(),
            "optimisers": [optimiser.state_dict() for optimiser in self.optimisers],
            "average": self.average,
        }

    def load(self, state: dict) -> None:
        """Go on from ``state``."""
        self.model.load_state_dict(state["model"])
        for optimiser, saved in zip(self.optimisers, state["optimisers"], strict=True):
            optimiser.load_state_dict(saved)
        self.average = {name: value.to(self.device) for name, value in state["average"].items()}

    def _update_average(self, number: int) -> None:
        every = 5
        if number % every == 0:
            share = min(1.0, max(every / self.average_over, 1 / (number // every + 1)))
            with torch.no_grad():
                for name, parameter in self.model.named_parameters():
                    self.average[name].lerp_(parameter, share)

    def _precision(self) -> contextlib.AbstractContextManager:
        return torch.autocast(self.device.type, torch.bfloat16)
