"""What can go wrong with releases, each with what to do about it."""

from __future__ import annotations

from hero_assistance_sdk.errors import HeroError, UsageError


class BadBuild(HeroError):
    """The folder to install from is not a whole build."""

    reason = "bad-build"


class ChecksumMismatch(BadBuild):
    """A file is not the one that its manifest describes."""

    reason = "checksum-mismatch"


class NoChecksum(HeroError):
    """It is not known which SHA-256 an archive should have."""

    reason = "no-checksum"


class BadSignature(HeroError):
    """An archive is not signed by one of the known signers, or its signature cannot be checked."""

    reason = "bad-signature"


class DownloadFailed(HeroError):
    """An archive could not be downloaded; what has arrived is kept for the next attempt."""

    reason = "download-failed"


class FinalDownloadFailure(DownloadFailed):
    """The server would answer the next request alike, so there is none."""


class WrongTarget(BadBuild):
    """The build is for another interpreter or platform."""

    reason = "wrong-target"


class ForeignFile(HeroError):
    """Something that this program did not make stands where a link belongs."""

    reason = "foreign-file"


class InstallBusy(HeroError):
    """Another install did not end in time."""

    reason = "install-busy"


class InstallFailed(HeroError):
    """The system refused a write: disk full, read-only, no permission."""

    reason = "install-failed"


class NotExecutable(InstallFailed):
    """The system lets no program run from the folder of the releases."""

    reason = "not-executable"


class NoSuchRelease(UsageError):
    """The named release is not installed, or there is none to go back to."""

    reason = "no-such-release"


class DamagedRelease(HeroError):
    """An installed zipapp cannot be read, so its tree cannot be mended from it."""

    reason = "damaged-release"
