"""What a Chinese appraisal report is made of: its items as data, and amounts as it writes them."""
