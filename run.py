"""Set up and run Minutes Assistant: `python run.py run` is all that a bare machine needs.

Uses the standard library only, and syntax that an old Python can read, so that a Python too
old for the product is told so in a sentence instead of failing on this file.
"""

import hashlib
import os
import subprocess
import sys

NEEDED = (3, 11)
ROOT = os.path.dirname(os.path.abspath(__file__))
SAMPLE = os.path.join("eval", "sample", "minutes")
TORCH_CPU_INDEX = "https://download.pytorch.org/whl/cpu"

USAGE = """usage: python run.py COMMAND [ARGUMENT...]

  setup            make the virtual environment and prepare the embedding model
  run              set up, read the sample minutes if there is no index, open the chat
                   (arguments go to `minutes serve`: --port N, --no-browser, --index DIR)
  test             set up, then check style, types and behaviour (arguments go to pytest)
  lint             set up, then check style and types only
  ingest-sample    set up, then read the bundled sample minutes into the index
  minutes          set up, then run the `minutes` command with the arguments
  python           set up, then run Python with the arguments

settings (environment variables):
  MINUTES_TORCH_INDEX  address of another PyTorch package index; "none" for the plain one
  MINUTES_VENV         folder of the virtual environment (default: .venv)
  MINUTES_PYTHON       a Python that has every dependency already; nothing is installed
"""


class SetupError(Exception):
    """What stops the set-up, as one sentence for the user."""


def say(text):
    sys.stderr.write("minutes: %s\n" % text)
    sys.stderr.flush()


def refusal(version, executable, modules):
    """The sentence that refuses this Python, or None; `modules` are those it can import."""
    if tuple(version[:2]) < NEEDED:
        return (
            "Minutes Assistant needs Python %d.%d or newer, and %s is Python %d.%d: "
            "install a newer one and name it, as in `make run PYTHON=python3.12`."
            % (NEEDED + (executable, version[0], version[1]))
        )
    if "venv" not in modules or "ensurepip" not in modules:
        return (
            "%s cannot make virtual environments: install its venv module first "
            "(on Debian and Ubuntu: apt install python3-venv)." % executable
        )
    return None


def importable(names):
    from importlib.util import find_spec

    return [name for name in names if find_spec(name) is not None]


def venv_folder():
    return os.path.join(ROOT, os.environ.get("MINUTES_VENV") or ".venv")


def venv_python(folder):
    if os.name == "nt":
        return os.path.join(folder, "Scripts", "python.exe")
    return os.path.join(folder, "bin", "python")


def fingerprint(root):
    """A hash of the files that say what must be installed."""
    digest = hashlib.sha256()
    for name in ("pyproject.toml", "constraints.txt"):
        with open(os.path.join(root, name), "rb") as file:
            digest.update(file.read().replace(b"\r\n", b"\n"))
        digest.update(b"\0")
    return digest.hexdigest()


def read_stamp(folder):
    """What a finished set-up left in the environment: (fingerprint, with development tools)."""
    try:
        with open(os.path.join(folder, "minutes-stamp"), encoding="ascii") as file:
            words = file.read().split()
    except (OSError, ValueError):
        return None, False
    return (words[0], "dev" in words[1:]) if words else (None, False)


def write_stamp(folder, mark, dev):
    with open(os.path.join(folder, "minutes-stamp"), "w", encoding="ascii") as file:
        file.write(mark + (" dev\n" if dev else "\n"))


def is_up_to_date(folder, root, dev):
    mark, has_dev = read_stamp(folder)
    if mark != fingerprint(root) or (dev and not has_dev):
        return False
    return os.path.exists(venv_python(folder))


def torch_index():
    """Address of the package index to take PyTorch from besides the usual one, or None.

    The usual index serves Linux a build for NVIDIA cards, of several gigabytes.
    """
    chosen = os.environ.get("MINUTES_TORCH_INDEX", "").strip()
    if chosen:
        return None if chosen.lower() == "none" else chosen
    if not sys.platform.startswith("linux"):
        return None
    from urllib.error import HTTPError
    from urllib.request import Request, urlopen

    try:
        urlopen(Request(TORCH_CPU_INDEX + "/torch/", method="HEAD"), timeout=10).close()
    except HTTPError:
        pass
    except (OSError, ValueError):
        say("%s cannot be reached; PyTorch comes from the usual package index" % TORCH_CPU_INDEX)
        return None
    return TORCH_CPU_INDEX


def call(command, what):
    """Run a step of the set-up; its output goes to the terminal as it comes."""
    if subprocess.call(command, cwd=ROOT, stdout=sys.stderr) != 0:
        raise SetupError("%s failed; the lines above say why." % what)


def works(python):
    """Whether an earlier set-up, perhaps one that was interrupted, left a usable Python."""
    if not os.path.exists(python):
        return False
    with open(os.devnull, "w") as nowhere:
        return subprocess.call([python, "-m", "pip", "--version"], stdout=nowhere) == 0


def install(folder, dev):
    say("step 1 of 3: virtual environment in %s" % folder)
    if not works(venv_python(folder)):
        call([sys.executable, "-m", "venv", "--clear", folder], "Making the virtual environment")
    pip = [venv_python(folder), "-m", "pip", "install", "--disable-pip-version-check"]
    pip += ["-c", "constraints.txt"]
    say("step 2 of 3: packages, every version as constraints.txt says (takes a few minutes)")
    index = torch_index()
    if index:
        call(pip + ["--extra-index-url", index, "torch"], "Installing PyTorch")
    call(pip + ["-e", ".[dev]" if dev else "."], "Installing the packages")


def prepare(python):
    say("step 3 of 3: embedding model, made ready for this processor")
    script = "from ingest.embedding import prepare; print('minutes: fastest: ' + prepare().bulk)"
    call([python, "-c", script], "Preparing the embedding model")


def set_up(dev=False, force=False):
    """Make the environment unless it is there already; returns its Python."""
    given = os.environ.get("MINUTES_PYTHON")
    if given:
        if force:
            prepare(given)
        return given
    folder = venv_folder()
    if is_up_to_date(folder, ROOT, dev):
        if force:
            say("the packages in %s are up to date" % folder)
            prepare(venv_python(folder))
        return venv_python(folder)
    problem = refusal(sys.version_info, sys.executable, importable(["venv", "ensurepip"]))
    if problem:
        raise SetupError(problem)
    dev = dev or read_stamp(folder)[1]
    install(folder, dev)
    prepare(venv_python(folder))
    write_stamp(folder, fingerprint(ROOT), dev)
    say("set-up is complete")
    return venv_python(folder)


def run(python, *arguments):
    return subprocess.call([python] + list(arguments), cwd=ROOT)


def index_named(arguments):
    """The folder given with --index, or None."""
    for place, argument in enumerate(arguments):
        if argument == "--index":
            return arguments[place + 1] if place + 1 < len(arguments) else None
        if argument.startswith("--index="):
            return argument[len("--index=") :]
    return None


def index_in_settings(python):
    script = "from ingest.settings import load_settings; print(load_settings().index)"
    return subprocess.check_output([python, "-c", script], cwd=ROOT).decode().strip()


def open_chat(python, arguments):
    """Serve the page, over the sample minutes where there is no index yet."""
    folder = index_named(arguments) or index_in_settings(python)
    if not os.path.isfile(os.path.join(ROOT, folder, "current")):
        status = ingest_sample(python, ["--index", folder])
        if status == 2:
            return status
    return become(python, "-m", "assistant.cli", "serve", *arguments)


def ingest_sample(python, arguments):
    say("reading the sample minutes of an invented council")
    return run(python, "-m", "assistant.cli", "ingest", SAMPLE, *arguments)


def become(python, *arguments):
    """Go on as another program, so that Ctrl+C and signals are its own affair."""
    if os.name == "nt":
        return run(python, *arguments)
    os.chdir(ROOT)
    sys.stdout.flush()
    os.execvp(python, [python] + list(arguments))


def lint(python):
    """Style and types; the first failure ends it."""
    for arguments in (["ruff", "check", "."], ["ruff", "format", "--check", "."], ["mypy"]):
        say(" ".join(arguments))
        status = run(python, "-m", *arguments)
        if status != 0:
            return status
    return 0


def main(arguments):
    if not arguments or arguments[0] in ("-h", "--help"):
        print(USAGE)
        return 0 if arguments else 2
    command, rest = arguments[0], arguments[1:]
    if command == "setup":
        set_up(force=True)
        return 0
    if command == "run":
        return open_chat(set_up(), rest)
    if command == "test":
        python = set_up(dev=True)
        # Whole files side by side: fixtures of a module are made once. tests/conftest.py puts those
        # that take longest first, so that none of them runs alone at the end. One more than there
        # are cores, since many wait for a page or for another process.
        beside = ("-n", str(min(4, 1 + (os.cpu_count() or 1))), "--dist", "loadfile")
        beside += ("--no-loadscope-reorder",)
        return lint(python) or run(python, "-m", "pytest", *beside, *rest)
    if command == "lint":
        return lint(set_up(dev=True))
    if command == "ingest-sample":
        return ingest_sample(set_up(), rest)
    if command == "minutes":
        return become(set_up(), "-m", "assistant.cli", *rest)
    if command == "python":
        return run(set_up(dev=True), *rest)
    sys.stderr.write("minutes: there is no command %r\n\n%s" % (command, USAGE))
    return 2


if __name__ == "__main__":
    if sys.version_info[:2] < NEEDED:
        say(refusal(sys.version_info, sys.executable, ()))
        sys.exit(2)
    try:
        sys.exit(main(sys.argv[1:]))
    except SetupError as error:
        say(error)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
