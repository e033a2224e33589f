"""What rforge writes about itself: a line for each event, into files of the user's own machine, and nowhere else."""
