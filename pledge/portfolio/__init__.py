"""What a whole loan book loses, who bears it, and how long the pool behind it lasts."""
