"""The French company that ``make demo`` loads; the module itself never imports it."""
