"""What the scan of WARC files is made of: words as bytes, the shape of a claim, result files, pools of workers."""
