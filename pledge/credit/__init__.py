"""Default, loss and price of one loan: probability, loss given default, capital, expected loss, pricing, scorecard."""
