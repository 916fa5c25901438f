"""One file per trigger: parse what AWS hands over, call one use case, shape the answer. No rules live here."""
