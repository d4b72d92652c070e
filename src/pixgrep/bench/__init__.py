"""
How quickly colours are found on this machine: pixgrep against NumPy and OpenCV, on the processor and on a GPU.

`contestants` says who takes part, `question` and `subject` what is asked of which picture; `measuring` runs it, with
`timing`, and fills a `report`; `findings` draws conclusions; `terminal` with `curves`, and `figure`, show it to people,
`record` to programs.
"""
