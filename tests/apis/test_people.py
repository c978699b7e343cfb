from mockserver.apis.people import People


def test_a_seed_and_a_purpose_draw_the_same_names():
    def names(seed, *purpose):
        people = People(seed, *purpose)
        return [(people.first_name(), people.last_name()) for _ in range(20)]

    assert names(7, "shop") == names(7, "shop")
    assert names(7, "shop") != names(7, "spa")
    assert names(7, "shop") != names(8, "shop")


def test_a_frequent_name_is_drawn_more_often_than_a_rare_one():
    people = People(7)

    drawn = [people.last_name() for _ in range(2_000)]

    assert drawn.count("Smith") > drawn.count("Barrera")
