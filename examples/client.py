"""A client of `segmask serve`: the composite and its verdict over HTTP, and a mask for an inpainting service."""

import json
import sys
from pathlib import Path

import requests

SERVER = "http://127.0.0.1:8765"


def main(original: str, edited: str, server: str = SERVER, output: str = "from-service.png") -> str:
    files = {"original": Path(original).read_bytes(), "edited": Path(edited).read_bytes()}
    answer = requests.post(f"{server}/v1/apply", files=files, data={"target": "clothing"}, timeout=300)
    if not answer.ok:
        raise SystemExit(f"refused: {answer.json()['detail']}")  # application/problem+json
    Path(output).write_bytes(answer.content)  # the bytes that `segmask apply` writes
    report = json.loads(answer.headers["Segmask-Report"])
    print(f"{output}: {report['verdict']}")

    wanted = {"grow": "12", "mask_format": "openai"}
    mask = requests.post(f"{server}/v1/mask", files={"image": files["original"]}, data=wanted, timeout=300)
    mask.raise_for_status()
    Path("mask-for-service.png").write_bytes(mask.content)
    return report["verdict"]


if __name__ == "__main__":
    main(*(sys.argv[1:] or ["original.jpg", "edited.jpg"]))
