"""Loads YAML as text: no scalar becomes a number or a truth value."""

from typing import Any

import yaml


class PlainLoader(getattr(yaml, "CBaseLoader", yaml.BaseLoader)):  # type: ignore[misc]
    """Loads every scalar as text, as NO would else be false and 01 a number. The loader in C is ten times as fast.

    A key that is given twice is an error: YAML itself would forget the first one.
    """

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [key.value for key, _ in node.value]
        if twice := [key for i, key in enumerate(keys) if key in keys[:i]]:
            raise yaml.YAMLError(f"{twice[0]!r} is given twice{node.start_mark}")
        return dict(super().construct_mapping(node, deep))
