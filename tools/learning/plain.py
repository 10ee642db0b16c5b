"""Formulas for a terminal: `$\\dot x = A^{-1} b$` becomes ẋ = A⁻¹ b."""
from __future__ import annotations

import re
import unicodedata

MATHS = re.compile(r"(`[^`]*`)|\$\$(.+?)\$\$|\$(.+?)\$", re.S)
TOKEN = re.compile(r"\\[A-Za-z]+|\\.|\s+|.", re.S)
SPECIAL = re.compile(r"([\\`*_\[\]<>])")

SIGNS = dict(zip(
    r"\alpha \beta \gamma \epsilon \varepsilon \lambda \mu \pi \sigma \theta "
    r"\partial \infty \sum \int \prod \cdot \times \approx \le \ge \ne "
    r"\leftarrow \to \dots \ldots \langle \rangle \top \in \pm \| \; \, \ "
    r"\qquad \quad".split(" "),
    "α β γ ε ε λ μ π σ θ ∂ ∞ ∑ ∫ ∏ · × ≈ ≤ ≥ ≠ ← → … … ⟨ ⟩ ⊤ ∈ ± ‖".split()
    + [" ", " ", " ", "  ", " "], strict=True))
ACCENTS = {r"\dot": "\u0307", r"\bar": "\u0304", r"\hat": "\u0302",
           r"\overline": "\u0305", r"\tilde": "\u0303"}
UP = dict(zip("0123456789+-()=abcdeghijklmnoprstuvwxyz⊤",
              "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾⁼ᵃᵇᶜᵈᵉᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᵀ", strict=True))
DOWN = dict(zip("0123456789+-()=aeijkmnoprtuvx",
                "₀₁₂₃₄₅₆₇₈₉₊₋₍₎₌ₐₑᵢⱼₖₘₙₒₚᵣₜᵤᵥₓ", strict=True))


def plain(markdown: str) -> str:
    """Markdown, with its formulas in plain characters."""
    def formula(match):
        code, display, inline = match.groups()
        if code:
            return code
        text = SPECIAL.sub(r"\\\1", unicode(display or inline))
        return f"\n\n> {text}\n\n" if display else text
    return MATHS.sub(formula, markdown)


def unicode(tex: str) -> str:
    tokens = TOKEN.findall(tex)[::-1]
    text = "".join(iter(lambda: one(tokens), None)).strip()
    text = re.sub(r" +", " ", re.sub(r"(?<=[∂⟨]) +| +(?=⟩)", "", text))
    return unicodedata.normalize("NFC", text)


def one(tokens: list[str]) -> str | None:
    """The next token, with its operands."""
    if not tokens:
        return None
    token = tokens.pop()
    if token in "^_":
        return script(token, operand(tokens))
    if token == "{":
        return group(tokens)
    if token in ACCENTS:
        return "".join(c + ACCENTS[token] for c in operand(tokens))
    if token in (r"\frac", r"\tfrac"):
        ratio = f"{closed(operand(tokens))}/{closed(operand(tokens))}"
        alone = not tokens or tokens[-1] in " +-=,)}" or tokens[-1][0] == "\\"
        return ratio if alone else f"({ratio})"
    if token == r"\sqrt":
        return "√" + closed(operand(tokens))
    if token in (r"\operatorname", r"\text"):
        return operand(tokens)
    if token.startswith("\\"):
        after = " " if tokens and tokens[-1][0] == "\\" else ""
        return SIGNS.get(token, token[1:] + after)   # \log\det is log det
    return " " if token.isspace() else token


def operand(tokens: list[str]) -> str:
    while tokens[-1].isspace():
        tokens.pop()
    return one(tokens)


def group(tokens: list[str]) -> str:
    parts = []
    while tokens[-1] != "}":
        parts.append(one(tokens))
    tokens.pop()
    return "".join(parts)


def script(mark: str, text: str) -> str:
    """A raised or lowered text, in the characters for it if there are."""
    table = UP if mark == "^" else DOWN
    bare = text.replace(" ", "")
    if all(c in table for c in bare):
        return "".join(table[c] for c in bare)
    return mark + closed(text)


def closed(text: str) -> str:
    return text if re.fullmatch(r"\w+|.|-?[\d.]+|\(.*\)", text) \
        else f"({text})"
