"""What was saved of name resolution: configurations of resolvers and answers of dig."""

from dataclasses import dataclass

from analyzer.rule import NotCollectedError, join
from parsers.dig_answer import DigAnswer
from parsers.host_resolver import ResolvConf


@dataclass(frozen=True, slots=True)
class Resolvers:
    """The configurations of nodes and pods, and the answers that were saved."""

    configs: tuple[ResolvConf, ...]
    answers: tuple[DigAnswer, ...]

    def __len__(self) -> int:
        return len(self.configs) + len(self.answers)


@join
def resolvers(configs: tuple[ResolvConf, ...] | None, answers: tuple[DigAnswer, ...] | None) -> Resolvers:
    if configs is None and answers is None:
        raise NotCollectedError("not collected: resolv.conf of a node or pod, or a saved answer of dig")
    return Resolvers(configs or (), answers or ())
