"""Parts of paths that stand beside identifiers, so that their addresses are not taken for those of things."""

from starlette.convertors import Convertor, register_url_convertor


class _NoWord(Convertor[str]):
    """A part of a path that is no word of the API: a sheet is not deleted like a sighting."""

    regex = "(?!(?:again|export)$)[^/]+"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


NO_WORD = "no_word"
register_url_convertor(NO_WORD, _NoWord())
