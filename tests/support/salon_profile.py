"""The profile that QA would write of the independent server of appointments."""

from independent_salons import World, sign_up

__all__ = ["SLUG", "a_profile", "with_locations"]

SLUG = "tide-and-timber"

_PROFILE = """
api = "appointments"
base_url = "{url}"

[identities]
main = "${{OWNER_TOKEN}}"
roommate = "${{ROOMMATE_TOKEN}}"
colleague = "${{COLLEAGUE_TOKEN}}"
other = "${{OTHER_TOKEN}}"
customer = "${{CUSTOMER_TOKEN}}"
second = "${{SECOND_TOKEN}}"
third = "${{THIRD_TOKEN}}"
newcomer = "${{NEWCOMER_TOKEN}}"

[inventory]
merchant = "tide-and-timber"
other_merchant = "kaveri-clinic"
pausing_merchant = "barbearia-lua"
employee = {OWNER}
roommate = {ROOMMATE}
colleague = {COLLEAGUE}
service = {usual}
group_service = {group}
customer = "{CUSTOMER}"
second = "{SECOND}"

[terms]
window_months = 5
deadline_hours = 36
deadlines = {{ {usual} = 12, {group} = 36, {prompt} = 0 }}
buffers = {{ {buffered} = 20 }}
windows = {{ {windowed} = [180, 2] }}
"""


def a_profile(world: World, url: str) -> tuple[str, dict[str, str]]:
    """What QA would write down of it, and the tokens that are not in it."""
    known: dict[str, tuple[str, object]] = {
        name: world.employee(SLUG, number) for number, name in enumerate(("OWNER", "ROOMMATE", "COLLEAGUE"))
    }
    known |= {name: world.customer(SLUG, number) for number, name in enumerate(("CUSTOMER", "SECOND"))}
    tokens = {f"{name}_TOKEN": token for name, (token, _) in known.items()}
    tokens |= {"OTHER_TOKEN": world.employee("kaveri-clinic", 0)[0], "THIRD_TOKEN": sign_up("Third", "Wheel")}
    tokens["NEWCOMER_TOKEN"] = sign_up("New", "Comer")
    named = {"usual": "Deep float", "group": "Tide circle", "prompt": "Short float", "buffered": "Beam work"}
    services = {key: world.service(name) for key, name in {**named, "windowed": "Long sit"}.items()}
    return _PROFILE.format(url=url, **services, **{name: which for name, (_, which) in known.items()}), tokens


def with_locations(profile: str, world: World) -> str:
    """That profile, with what no page says where it is."""
    who = {"location": (SLUG, 0), "other_location": (SLUG, 2), "other_merchant_location": ("kaveri-clinic", 0)}
    places = {key: world.row("employee", world.employee(*each)[1])["location"] for key, each in who.items()}
    lines = "".join(f"{key} = {place}\n" for key, place in places.items())
    return profile.replace("[inventory]\n", f"[inventory]\n{lines}")
