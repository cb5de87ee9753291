"""Formulas of mail texts (PRODUCT D4): a small closed language over `TABLE.FIELD`, never Python.

`formule="Bonjour " & NOMPROPRE(CLIENT.NOM)`: see `grammar` for what can be written, `functions` for what is known.
"""
