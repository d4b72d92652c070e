"""Find the red saucer in a photograph of a cup of coffee: where it is, how many pixels, and a picture that shows it."""

import shlex
import subprocess
import sys
from pathlib import Path

import skimage

PHOTO = Path(skimage.__file__).parent / "data" / "coffee.png"
COLOR = "#b2280a"
FOLDER = Path("demo")


def main() -> int:
    FOLDER.mkdir(exist_ok=True)
    photo, overlay = FOLDER / "coffee.png", FOLDER / "coffee-overlay.png"
    photo.write_bytes(PHOTO.read_bytes())
    for arguments in (
        [COLOR, str(photo), "--within", "35", "--metric", "rgb", "--count"],
        [COLOR, str(photo), "--within", "35", "--metric", "rgb", "-m", "5", "--overlay", str(overlay), "--force"],
    ):
        print("$ pixgrep", shlex.join(arguments), flush=True)
        status = subprocess.run([sys.executable, "-m", "pixgrep", *arguments]).returncode
        if status:
            return status
    print(f"look at {overlay}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
