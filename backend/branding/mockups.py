def mockups(*a, **k): return {}
