"""The made-up world behind the sample area: plain Python, no Django, no clock; the same arguments give the same bytes.

Weather, people and devices are modelled in ordinary numbers; the moment energy leaves a device it is whole Wh, and
every register, baseline and smart-meter value is integer arithmetic on those.
"""
