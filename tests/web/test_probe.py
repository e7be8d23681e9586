from tests.web.visiting import *
from tests.world import *
def test_probe(app, mailed, visitor, world, heard):
    v = visitor.open(mailed.preferences(ANA))
    print(v.status, v.heading, v.title, v.boxes, v.buttons, v.facts)
    v.untick(world.novels).press("save")
    print(v.status, v.heading, v.boxes, v.buttons, v.facts, v.is_result)
    r = one_click(app, mailed.type(ANA, world.offers))
    print(r.status, r.headers)
    print(heard[-30:])
