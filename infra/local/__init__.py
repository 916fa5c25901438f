"""The whole desk on one machine: the embedded AWS with the packaged template, the messengers, a front door."""
