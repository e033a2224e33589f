"""What the git host itself enforces: the rules of protected branches, as a file and as the host has them."""
