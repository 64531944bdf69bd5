"""Writes the network as Kaldi's ``final.mdl``, from plain weights and without torch.

Every form of a phone is one two-state "chain" entry of the transition model; the four forms share their outputs.
``silence_penalty`` is taken from silence's two outputs; it is chosen on the development speakers.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from speech.training.kaldi import KaldiFile
from speech.training.phones import FORMS, outputs_of
from speech.training.shape import CONTEXT, LAYERS, Shape, Weights, shape_of

__all__ = ["write_acoustic_model"]

Array = npt.NDArray[Any]


def write_acoustic_model(path: Path, weights: Weights, silence_penalty: float) -> None:
    """Raises ``InvalidInput`` where ``weights`` are not those of the network."""
    shape = shape_of(weights)
    file = KaldiFile()
    _transition_model(file)
    _Network(file, weights, shape, silence_penalty).write()
    file.save(path)


def _transition_model(file: KaldiFile) -> None:
    forms = len(FORMS) - 1
    file.token("<TransitionModel>", "<Topology>")
    file.integers(range(1, forms + 1))
    file.integers([-1] + [0] * forms)
    file.integer(-1, 1, 2)  # the new format; one entry; two states
    file.integer(0, 1, 2)  # the first state has its own outputs for its first and further frames, and two ways on
    for onward in (0, 1):
        file.integer(onward)
        file.single(0.5)
    file.integer(-1, -1, 0)
    file.token("</Topology>", "<Tuples>")
    file.integer(forms)
    for form in range(1, forms + 1):
        file.integer(form, 0, *outputs_of(form))
    file.token("</Tuples>", "<LogProbs>")
    file.vector(np.array([0.0] + [math.log(0.5)] * (2 * forms)))
    file.token("</LogProbs>", "</TransitionModel>")


class _Network:
    def __init__(self, file: KaldiFile, weights: Weights, shape: Shape, silence_penalty: float) -> None:
        self._file, self._weights, self._shape = file, weights, shape
        self._config = [f"input-node name=input dim={shape.features}"]
        self._components = KaldiFile()
        self._count = 0
        self._bias = weights["out.bias"].copy()
        self._bias[:2] -= silence_penalty

    def write(self) -> None:
        last = self._layers()
        for kind, name, after in (
            (self._linear, "prel", "prefinal-l"), (self._affine, "pre_aff", "prefinal.affine"),
            (self._relu, "", "prefinal.relu"), (self._norm, "pre_bn1", "prefinal.batchnorm1"),
            (self._linear, "pre_lin", "prefinal.linear"), (self._norm, "pre_bn2", "prefinal.batchnorm2"),
        ):  # fmt: skip
            last = self._node(after, last)
            kind(name)
        self._node("output.affine", last)
        self._affine("out", self._bias)
        self._config.append("output-node name=output input=output.affine objective=linear")
        file = self._file
        file.token("<Nnet3>")
        file.text("\n" + "\n".join(self._config) + "\n\n")
        file.token("<NumComponents>")
        file.integer(self._count)
        file.append(self._components)
        file.token("</Nnet3>", "<LeftContext>")
        file.integer(CONTEXT)
        file.token("<RightContext>")
        file.integer(CONTEXT)
        file.token("<Priors>")
        file.vector(np.zeros(0))

    def _layers(self) -> str:
        spliced = "Append(Offset(input, -1), input, Offset(input, 1))"
        self._node("tdnn1.affine", spliced)
        self._affine("tdnn1")
        self._node("tdnn1.relu", "tdnn1.affine")
        self._relu()
        below = self._node("tdnn1.batchnorm", "tdnn1.relu")
        self._norm("bn1")
        for number, step in LAYERS:
            name = f"tdnnf{number}"
            self._node(f"{name}.linear", below)
            self._tdnn(f"lin.{number}", [-step, 0] if step else [0])
            self._node(f"{name}.affine", f"{name}.linear")
            self._tdnn(f"aff.{number}", [0, step] if step else [0])
            self._node(f"{name}.relu", f"{name}.affine")
            self._relu()
            self._node(f"{name}.batchnorm", f"{name}.relu")
            self._norm(f"bn.{number}")
            below = self._node(f"{name}.noop", f"Sum(Scale(0.66, {below}), {name}.batchnorm)")
            self._pass_on()
        return below

    def _node(self, name: str, below: str) -> str:
        self._config.append(f"component-node name={name} component={name} input={below}")
        self._components.token("<ComponentName>", name)
        self._count += 1
        return name

    def _affine(self, name: str, bias: Array | None = None) -> None:
        file = self._learned("<NaturalGradientAffineComponent>")
        file.token("<LinearParams>")
        file.matrix(self._weights[f"{name}.weight"])
        file.token("<BiasParams>")
        file.vector(self._weights[f"{name}.bias"] if bias is None else bias)
        for token, value in (("<RankIn>", 20), ("<RankOut>", 80), ("<UpdatePeriod>", 4)):
            file.token(token)
            file.integer(value)
        for token, number in (("<NumSamplesHistory>", 2000.0), ("<Alpha>", 4.0)):
            file.token(token)
            file.single(number)
        file.token("</NaturalGradientAffineComponent>")

    def _linear(self, name: str) -> None:
        file = self._learned("<LinearComponent>")
        file.token("<Params>")
        file.matrix(self._weights[f"{name}.weight"])
        self._natural_gradient("<RankInOut>")
        file.token("<Alpha>")
        file.single(4.0)
        file.token("<NumSamplesHistory>")
        file.single(2000.0)
        file.token("<UpdatePeriod>")
        file.integer(4)
        file.token("</LinearComponent>")

    def _tdnn(self, name: str, offsets: list[int]) -> None:
        file = self._learned("<TdnnComponent>")
        file.token("<TimeOffsets>")
        file.integers(offsets)
        file.token("<LinearParams>")
        file.matrix(self._weights[f"{name}.weight"])
        file.token("<BiasParams>")
        file.vector(self._weights.get(f"{name}.bias", np.zeros(0, np.float32)))
        self._natural_gradient(None)
        file.token("<NumSamplesHistory>")
        file.single(2000.0)
        file.token("<AlphaInOut>")
        file.single(4.0, 4.0)
        file.token("<RankInOut>")
        file.integer(20, 80)
        file.token("</TdnnComponent>")

    def _learned(self, token: str) -> KaldiFile:
        self._components.token(token, "<LearningRate>")
        self._components.single(0.001)
        return self._components

    def _natural_gradient(self, ranks: str | None) -> None:
        file = self._components
        file.token("<OrthonormalConstraint>")
        file.single(0.0)
        file.token("<UseNaturalGradient>")
        file.flag(True)
        if ranks:
            file.token(ranks)
            file.integer(20, 80)

    def _relu(self, _name: str = "") -> None:
        file = self._components
        file.token("<RectifiedLinearComponent>", "<Dim>")
        file.integer(self._shape.width)
        for token in ("<ValueAvg>", "<DerivAvg>"):
            file.token(token)
            file.vector(np.zeros(0))
        file.token("<Count>")
        file.double(0.0)
        file.token("<OderivRms>")
        file.vector(np.zeros(0))
        for token in ("<OderivCount>", "<NumDimsSelfRepaired>", "<NumDimsProcessed>"):
            file.token(token)
            file.double(0.0)
        file.token("</RectifiedLinearComponent>")

    def _norm(self, name: str) -> None:
        file = self._components
        size = len(self._weights[f"{name}.mean"])
        file.token("<BatchNormComponent>", "<Dim>")
        file.integer(size)
        file.token("<BlockDim>")
        file.integer(size)
        for token, value in (("<Epsilon>", 0.001), ("<TargetRms>", 1.0)):
            file.token(token)
            file.single(value)
        file.token("<TestMode>")
        file.flag(True)
        file.token("<Count>")
        file.double(10000.0)
        file.token("<StatsMean>")
        file.vector(self._weights[f"{name}.mean"])
        file.token("<StatsVar>")
        file.vector(self._weights[f"{name}.var"])
        file.token("</BatchNormComponent>")

    def _pass_on(self) -> None:
        file = self._components
        file.token("<NoOpComponent>", "<Dim>")
        file.integer(self._shape.width)
        file.token("<BackpropScale>")
        file.single(1.0)
        file.token("</NoOpComponent>")
