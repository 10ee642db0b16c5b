"""JAX's public names beside minijax's: writes book/names.md.

    python tools/names.py           write the page (JAX must be installed)
    python tools/names.py --check   is the page as it would be written?

A name is the same if both have it, and differs if DIFFERS says how. Of those
that are absent the first pattern in ABSENT that fits gives the reason.
"""
from __future__ import annotations

import importlib
import inspect
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
PAGE = ROOT / "book" / "names.md"

MODULES = ["", "numpy", "numpy.linalg", "numpy.fft", "lax", "lax.linalg",
           "random", "tree", "tree_util", "flatten_util", "test_util",
           "custom_derivatives", "ad_checkpoint", "checkpoint_policies",
           "debug", "errors"]

DIFFERS = {
    "jit": "donated arguments and `keep_unused` are checked and change "
           "nothing; a function that closes over a tracer is not kept",
    "checkpoint": "`prevent_cse` changes nothing: what is computed again is "
                  "never merged with the first time",
    "remat": "as `checkpoint`",
    "vmap": "`spmd_axis_name` is refused: there is one device",
    "config": "it has the options that mean something here",
    "custom_vjp": "`optimize_remat` changes nothing",
    "lax.scan": "`unroll` changes nothing",
    "lax.while_loop": "a result is weakly typed only where all its sources "
                      "are",
    "lax.cond": "as `while_loop`",
    "lax.fori_loop": "bounds that are not integers are refused",
    "numpy.linalg.solve": "it is one operation, which factors again each time",
}

ABSENT = [
    (r"_p$", "a primitive: here it stands in the module of its function"),
    (r"[Dd]evice|[Ss]hard|host|process|mesh|pmap|pcast|smap|NamedSharding|^P$"
     r"|ppermute|all_to_all|psum_scatter|pbroadcast|pshuffle|pswapaxes|psend"
     r"|precv|memory|transfer_guard|Offload|offload|token|after_all",
     "speaks of several devices; here there is one"),
    (r"^(bfloat16|float[468]_\w+|u?int[124])$", "NumPy has no such type"),
    (r"[Rr]ef$|freeze|^ds$", "arrays that can be written to; here none can"),
    (r"DotAlgorithm|composite|optimization_barrier|platform|Accuracy|"
     r"Tolerance|RandomAlgorithm|rng_|approx_|ragged|Ragged|scaled_dot|"
     r"log_compiles|live_arrays|backend|dce_sink|^stage|reduce_precision|"
     r"Implementation|Algorithm|qdwh|no_execution|thread_guard|effects_|"
     r"EffectS?$|Effect$|print_environment",
     "speaks of XLA, or of the machines under it"),
    (r"from(buffer|dlpack|file|iter|pyfunc|string)|load|save|savez|"
     r"printoptions|array_(repr|str)|packbits|iterable|ComplexWarning",
     "NumPy's own does it"),
    (r"prng|threefry|KeyReuse|key_reuse|legacy|allow_|garbage|rank_promotion|"
     r"dtype_promotion|user_context|no_tracing|associative_scan_reductions|"
     r"remove_size|debug_key|softmax_custom|auto_",
     "a switch for something that minijax does in one way only"),
    (r"conv|Conv|reduce_window|select_and|padtype|shape_tuple|patches",
     "convolutions and windows have no chapter"),
    (r"", "not built"),
]


def public(module) -> list[str]:
    return sorted(name for name in dir(module) if not name.startswith("_")
                  and not inspect.ismodule(getattr(module, name, None)))


def find(root: str, path: str):
    """A module, or an object that holds names as one does."""
    found = importlib.import_module(root)
    for part in filter(None, path.split(".")):
        if not hasattr(found, part):
            importlib.import_module(f"{root}.{path}")
        found = getattr(found, part)
    return found


def table(path: str) -> dict[str, list[str]]:
    """The names of one module: same, differs, and absent by reason."""
    ours, groups = find("minijax", path), {}
    for name in public(find("jax", path)):
        whole = f"{path}.{name}".lstrip(".")
        if hasattr(ours, name):
            group = "differs" if whole in DIFFERS else "same"
        else:
            group = next(why for pattern, why in ABSENT
                         if re.search(pattern, name))
        groups.setdefault(group, []).append(name)
    return groups


def names(found: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in found)


def page() -> str:
    import jax
    tables = {path: table(path) for path in MODULES}
    lines = [
        "# minijax and JAX", "",
        f"The public names of JAX {jax.__version__}, in the modules that this "
        "book covers, and what has become of them here. The page is written "
        "by `tools/names.py`, which asks both packages.", "",
        "The examples of the book have been run under JAX as well. "
        "{same-in-jax}`count` of them print the same there, or raise the same "
        "error, and each of these says so below its output.", "",
        "| module | same | differs | absent |", "|---|---|---|---|"]
    for path, groups in tables.items():
        same, differs = len(groups.get("same", ())), len(
            groups.get("differs", ()))
        absent = sum(map(len, groups.values())) - same - differs
        lines.append(f"| `jax{'.' * bool(path)}{path}` | {same} | {differs} | "
                     f"{absent} |")
    lines += ["", "## What differs", "", "| name | how |", "|---|---|"]
    lines += [f"| `{name}` | {why} |" for name, why in DIFFERS.items()]
    for path, groups in tables.items():
        lines += ["", f"## jax{'.' * bool(path)}{path}", "",
                  "Same: " + names(groups.get("same", [])) + "."]
        for why, found in groups.items():
            if why not in ("same", "differs"):
                lines += ["", f"Absent, {why}: {names(found)}."]
    return "\n".join(lines) + "\n"


def main() -> int:
    text = page()
    if "--check" not in sys.argv:
        PAGE.write_text(text)
    stale = PAGE.read_text() != text
    print("book/names.md is not what tools/names.py writes" if stale else
          "book/names.md says what there is")
    return int(stale)


if __name__ == "__main__":
    sys.exit(main())
