"""`python -m kafkaadmin`: the command."""

from kafkaadmin.cli import main

if __name__ == "__main__":
    main()
