"""The recipes of docs/senders/offline-links.md, run as they stand there (issue 4).

Each in its own language, where that is on the machine, against the golden vectors.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from app.domain.address import AddressKeys, MalformedAddress
from app.links.tokens import Link, Purpose
from tests.lacking import lacks
from tests.links.samples import ADDRESS_SECRET, ANA, ANAS_KEY, VECTORS, tokens

PAGE: Final = Path(__file__).parents[2] / "docs/senders/offline-links.md"
MOST_LINES: Final = 30
REFUSED: Final = "refused"
KEYS: Final = {
    purpose: VECTORS["purpose_keys"]["preferences" if purpose == 1 else "unsubscribe"]
    for purpose in (1, 2, 3, 4)
}


class Language(NamedTuple):
    """How a recipe is run: the command with its file, and what calls it for each question."""

    program: str
    file: str
    arguments: tuple[str, ...]
    caller: str


LANGUAGES: Final = {
    "python": Language(
        sys.executable,
        "recipe.py",
        (),
        """
import sys
for line in sys.stdin.buffer.read().decode("utf-8", "surrogatepass").split("\\n")[:-1]:
    key, purpose, scope, message, email = line.split("\\t")
    try:
        print(token(key, int(purpose), int(scope), int(message), bytes.fromhex(email).decode()))
    except ValueError:
        print("refused")
""",
    ),
    "javascript": Language(
        "node",
        "recipe.js",
        (),
        """
for (const line of require("fs").readFileSync(0, "utf8").split("\\n").slice(0, -1)) {
  const [key, purpose, scope, message, email] = line.split("\\t");
  try {
    console.log(token(key, +purpose, +scope, +message, Buffer.from(email, "hex").toString()));
  } catch (error) { console.log("refused"); }
}
""",
    ),
    "php": Language(
        "php",
        "recipe.php",
        (),
        """
foreach (file('php://stdin', FILE_IGNORE_NEW_LINES) as $line) {
    [$key, $purpose, $scope, $message, $email] = explode("\\t", $line);
    try {
        echo token($key, (int) $purpose, (int) $scope, (int) $message, hex2bin($email)), "\\n";
    } catch (InvalidArgumentException) { echo "refused\\n"; }
}
""",
    ),
    "ruby": Language(
        "ruby",
        "recipe.rb",
        (),
        """
STDIN.each_line(chomp: true) do |line|
  key, purpose, scope, message, email = line.split("\\t", -1)
  email = [email].pack("H*").force_encoding("UTF-8")
  puts(begin token(key, purpose.to_i, scope.to_i, message.to_i, email)
  rescue ArgumentError then "refused" end)
end
""",
    ),
    "go": Language("go", "recipe.go", ("run",), ""),
}
GO_CALLER: Final = """
package main

import ("bufio"; "encoding/hex"; "fmt"; "os"; "strconv"; "strings")

func number(text string) uint32 { n, _ := strconv.ParseUint(text, 10, 32); return uint32(n) }

func main() {
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		p := strings.Split(in.Text(), "\\t")
		email, _ := hex.DecodeString(p[4])
		made, err := token(p[0], byte(number(p[1])), number(p[2]), number(p[3]), string(email))
		if err != nil { made = "refused" }
		fmt.Println(made)
	}
}
"""


class Asked(NamedTuple):
    """A token to be made, and what it is; or, where a recipe may refuse, what it must not miss."""

    purpose: int
    scope: int
    message: int
    email: str
    answer: str
    may_refuse: bool = False

    @property
    def line(self) -> str:
        """As the callers read it."""
        numbers = f"{self.purpose}\t{self.scope}\t{self.message}"
        return f"{KEYS[self.purpose]}\t{numbers}\t{self.email.encode().hex()}\n"


def questions() -> Iterator[Asked]:
    """Every golden token of Ana's; every golden address; everything that is no address."""
    for vector in VECTORS["tokens"]:
        if vector["key"] == ANAS_KEY.hex() and vector["purpose"] in KEYS:
            yield Asked(
                vector["purpose"], vector["scope_id"], vector["message"], ANA, vector["token"]
            )
    for number, vector in enumerate(VECTORS["addresses"]):
        link = Link(Purpose(1 + number % 3), bytes.fromhex(vector["key"]), 2**31 - 1 - number, 1)
        text, plain = vector["text"], vector["text"].isascii() and vector["text"].isprintable()
        yield Asked(*_of(link), text, tokens().mint(link), may_refuse=not plain)
    for text in VECTORS["malformed"]:
        if text.isprintable() or text.isascii():
            yield Asked(2, 7, 0, text, REFUSED)


def _of(link: Link) -> tuple[int, int, int]:
    return link.purpose, link.scope_id, link.message


def recipe(language: str) -> str:
    """The code on the page."""
    (found,) = re.findall(rf"^```{language}\n(.*?)^```$", PAGE.read_text(), re.DOTALL | re.M)
    return str(found)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_recipe_is_short(language: str) -> None:
    assert len(recipe(language).splitlines()) < MOST_LINES


@pytest.mark.parametrize(
    "language",
    [pytest.param(one, marks=pytest.mark.slow if one == "go" else ()) for one in LANGUAGES],
)
def test_a_recipe_makes_the_golden_tokens_or_refuses(language: str, tmp_path: Path) -> None:
    """R-05: to the byte; and never a link for another address than the one that was meant."""
    program, file, arguments, caller = LANGUAGES[language]
    if not shutil.which(program):
        lacks(f"{program} is not on this machine")
    (tmp_path / file).write_text(recipe(language) + caller)
    files = [file]
    if language == "go":
        (tmp_path / "caller.go").write_text(GO_CALLER)
        files.append("caller.go")
    asked = list(questions())
    done = subprocess.run(
        [program, *arguments, *files],
        cwd=tmp_path,
        env={**os.environ, "SAYSO_ADDRESS_SECRET": ADDRESS_SECRET.decode()},
        input="".join(one.line for one in asked),
        capture_output=True,
        check=True,
        text=True,
    )
    answers = done.stdout.splitlines()
    wrong = [
        (one, answer)
        for one, answer in zip(asked, answers, strict=True)
        if answer != one.answer and not (one.may_refuse and answer == REFUSED)
    ]
    assert wrong == []


def test_the_questions_cover_what_can_go_wrong() -> None:
    asked = list(questions())
    keys = AddressKeys(ADDRESS_SECRET)
    for one in asked:
        if one.answer == REFUSED:
            with pytest.raises(MalformedAddress):
                keys(one.email)
    assert {one.purpose for one in asked} == set(KEYS)
    assert len([one for one in asked if one.answer == REFUSED]) > 10
    assert len([one for one in asked if not one.may_refuse]) > 30
