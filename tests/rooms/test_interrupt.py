"""Ctrl-C is held while it would do harm, and then happens."""

import os
import signal
import threading

import pytest

from marsward.core.interrupt import held_interrupt


@pytest.fixture(autouse=True)
def heard():
    """A test run started in the background ignores Ctrl-C; these tests hear it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_an_interrupt_waits_for_the_end_of_the_block():
    done = []

    def work():
        with held_interrupt():
            os.kill(os.getpid(), signal.SIGINT)
            done.append("whole")

    with pytest.raises(KeyboardInterrupt):
        work()
    assert done == ["whole"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_without_one_nothing_happens():
    with held_interrupt():
        pass
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_other_threads_hold_nothing():
    seen = []

    def work():
        with held_interrupt():
            seen.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [signal.default_int_handler]


def test_an_error_inside_is_not_lost():
    with pytest.raises(ValueError, match="mine"), held_interrupt():
        raise ValueError("mine")
