"""Trials: past entries judged anew, by a draft or as things are today, without changing anything."""
