"""Sessions: shared in a process, remade after a fork, threads and devices checked, bad files named."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import subprocess
import sys

import numpy as np
import pytest

from segmask.core.errors import ModelError, OptionError
from segmask.models import session
from segmask.models.catalog import NetworkInput
from segmask.models.session import Network
from segmask.options import DEVICES

SPEC = NetworkInput((32, 32))


@pytest.fixture
def network(colour_reader) -> Network:
    return Network(colour_reader(3, SPEC), threads=1)


def run(network: Network) -> np.ndarray:
    return network.run({"image": np.ones((1, 3, 32, 32), np.float32)})[0]


def test_ports(network):
    assert [(port.name, port.shape) for port in network.inputs] == [("image", (1, 3, 32, 32))]
    assert network.signature == "image (1, 3, 32, 32) -> logits (1, 3, 8, 8)"


def test_equal_networks_share_one_session(network):
    again = Network(network.path, threads=1)
    assert session._session(network) is session._session(again)
    assert session._session(network) is not session._session(Network(network.path, threads=2))


def test_a_replaced_file_is_loaded_anew(network, colour_reader):
    os.utime(network.path, ns=(1, 1))
    before = run(network)
    colour_reader(3, SPEC, sharpness=2)
    assert np.abs(run(network) - before).max() > 1


@pytest.mark.parametrize("method", sorted(set(multiprocessing.get_all_start_methods()) & {"fork", "spawn"}))
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_network_works_on_both_sides_of_a_new_process(network, method):
    expected = run(network)
    with multiprocessing.get_context(method).Pool(1) as pool:
        np.testing.assert_array_equal(pool.apply_async(run, (network,)).get(timeout=60), expected)
    np.testing.assert_array_equal(run(network), expected)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.parametrize("leave", ["sys.exit(7)", "os._exit(7)"])
@pytest.mark.parametrize("uses_it", [True, False])
def test_a_forked_child_works_and_ends(network, leave, uses_it):
    """A bare os.fork, as servers do it: the child makes its own session, and ends however it leaves."""
    script = (
        "import os, sys\n"
        "import numpy as np\n"
        "from pathlib import Path\n"
        "from segmask.models.session import Network\n"
        f"network = Network(Path({str(network.path)!r}), threads=2)\n"
        "feeds = {'image': np.ones((1, 3, 32, 32), np.float32)}\n"
        "expected = network.run(feeds)[0]\n"
        "child = os.fork()\n"
        "if not child:\n"
        f"    assert not {uses_it} or (network.run(feeds)[0] == expected).all()\n"
        f"    {leave}\n"
        "print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), (network.run(feeds)[0] == expected).all())\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "7 True\n"


def test_nothing_is_reported_to_onnxruntimes_maker(network, tmp_path):
    """Its reporting keeps a device id in the user's folders and a thread for the network: neither is there."""
    home = tmp_path / "home"
    home.mkdir()
    script = (
        "from pathlib import Path\n"
        "from segmask.models.session import Network\n"
        f"Network(Path({str(network.path)!r}), threads=1).inputs\n"
    )
    environment = {name: value for name, value in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"}
    environment |= {"HOME": str(home), "XDG_CACHE_HOME": str(home), "XDG_DATA_HOME": str(home)}
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60, env=environment)
    assert list(home.rglob("*")) == []


def test_a_network_can_be_pickled(network):
    run(network)
    assert pickle.loads(pickle.dumps(network)) == network


def test_an_input_that_does_not_fit(network):
    with pytest.raises(ModelError, match=r"the network failed on image float32 \(1, 3, 16, 16\)"):
        network.run({"image": np.ones((1, 3, 16, 16), np.float32)})


@pytest.mark.parametrize("content", [b"", b"\x08\x07 no network", b"<html></html>"])
def test_a_damaged_file(tmp_path, content):
    path = tmp_path / "damaged.onnx"
    path.write_bytes(content)
    with pytest.raises(ModelError, match=r"damaged\.onnx: expected an ONNX network"):
        _ = Network(path).inputs


def test_a_truncated_file(network, tmp_path):
    path = tmp_path / "short.onnx"
    path.write_bytes(network.path.read_bytes()[:-40])
    with pytest.raises(ModelError, match="expected an ONNX network"):
        _ = Network(path).inputs


@pytest.mark.parametrize(("name", "message"), [("absent.onnx", "No such file"), ("", "it is a folder")])
def test_no_file(tmp_path, name, message):
    with pytest.raises(ModelError, match=message):
        _ = Network(tmp_path / name).inputs


def test_an_unknown_device_lists_the_known_ones(network):
    with pytest.raises(OptionError, match=", ".join(DEVICES)):
        Network(network.path, device="gpu")


@pytest.mark.parametrize("device", ["cuda", "coreml", "directml"])
def test_a_device_that_is_not_there_says_what_to_install(network, device):
    import onnxruntime

    if session.PROVIDERS[device] in onnxruntime.get_available_providers():
        pytest.skip(f"{device} is there")
    with pytest.raises(OptionError, match=f"device '{device}' is not available.*install"):
        _ = Network(network.path, device).inputs


def test_auto_takes_what_is_there(network):
    np.testing.assert_allclose(run(Network(network.path, "auto", 1)), run(network), atol=1e-4)


def test_no_threads(network):
    with pytest.raises(OptionError, match="at least 1, got 0"):
        Network(network.path, threads=0)
