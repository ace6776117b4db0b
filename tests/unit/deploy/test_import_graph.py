"""No module imports itself by way of others; import-linter checks directions, not circles of modules."""

from graphlib import TopologicalSorter

import grimp

import shared
from deploy.local.layout import ROOT


def test_no_module_imports_itself_by_way_of_others() -> None:
    graph = grimp.build_graph(
        "shared", "services", "deploy", exclude_type_checking_imports=True, cache_dir=None
    )
    imports = {name: graph.find_modules_directly_imported_by(name) for name in graph.modules}
    # Raises CycleError, which names the circle.
    order = list(TopologicalSorter(imports).static_order())
    assert len(order) == len(graph.modules)


def test_shared_is_ours() -> None:
    assert shared.__file__ is not None
    assert shared.__file__.startswith(str(ROOT))
