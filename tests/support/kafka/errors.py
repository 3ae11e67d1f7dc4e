"""What the harness says when it can't do its work."""


class BackendUnavailableError(Exception):
    """Real Kafka can't be started on this machine; the message names what is missing and the command that mends it."""


class ClusterError(Exception):
    """A cluster did not do in time what was asked of it."""
