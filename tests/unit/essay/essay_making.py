"""A small essay of our own for the tests of drafting."""

from __future__ import annotations

PORT = """\
---
title: The Strike That Nobody Will Win
author: Marta Lindqvist
date: 2026-03-02
---

# A quay without ships

On 12 January 2026 the dockers of Varnholm walked out, and the Harbour Company closed the gates the
same evening. Since then not one container has been unloaded. Is this still a dispute about wages?
I do not think so.

The Harbour Company wants to break the union, not to save money. It keeps hiring men from other
ports at twice the wage. Director Hallgren says that he is open to talks. The **Harbour Company**
has refused every [mediator](https://example.org/m) of the Ministry.

> "We will never sign with people who burn tyres," said one manager.

## What comes next

Whenever the company offers a partial deal, the union raises its demands. Therefore the strike will
last beyond the end of the summer of 2026. If the government does not step in, the smaller shipping
lines will leave Varnholm for good.

The Ministry seems more afraid of the voters than of an empty harbour. The Ministry will bring no
law before parliament until 2027. The company does not intend to break the union quickly, for
Varnholm would not forgive it.
"""
