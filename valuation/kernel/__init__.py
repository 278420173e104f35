"""The parts every valuation stands on: money, dates, sources, figures, the worksheet, the conclusion."""
