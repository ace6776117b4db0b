"""Asks a script of this folder in another Python, which has a package that is no dependency of ours."""

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from deploy.local.faults import LocalFault


class OtherPythonFailed(LocalFault):
    """The other Python did not answer."""

    code = "OTHER_PYTHON_FAILED"
    sentence = "{python} did not answer ({reason}); is {package} installed there?"


def asked(python: Path, script: str, package: str, question: Mapping[str, Any]) -> str:
    """What a script prints, to which a question was put as JSON.

    Args:
        python: The interpreter of an environment in which the package is installed.
        script: The name of a file beside this one.
        package: What has to be installed there, for the sentence where it fails.
        question: JSON values.

    Raises:
        OtherPythonFailed: It is no interpreter, or the script failed.
    """
    try:
        done = subprocess.run(
            [python, "-P", Path(__file__).with_name(script)],
            input=json.dumps(question),
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError as fault:
        raise OtherPythonFailed(python=str(python), reason=fault.strerror, package=package) from fault
    if done.returncode != 0:
        reason = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise OtherPythonFailed(python=str(python), reason=reason, package=package)
    return done.stdout
