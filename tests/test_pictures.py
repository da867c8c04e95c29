"""The pictures: everything is drawn or counted, nothing leaves the frame, no text meets another, all is well-formed."""

import re
from dataclasses import replace
from datetime import timedelta
from itertools import combinations
from xml.etree import ElementTree as ET

import pytest
from picture_samples import HOSTILE, SAMPLES, START, chain, collected, entry, full, peer, service
from render_samples import REPORTS, quiet

from analyzer.metallb.path import Step
from analyzer.model import Lane
from analyzer.render import report_html
from analyzer.render.pictures import pictures
from analyzer.render.pictures.axis import axis_of
from analyzer.render.pictures.marks import ROWS, placed
from analyzer.render.pictures.mtu import alike, mtu
from analyzer.render.pictures.paths import SHOWN, broken, paths, ways
from analyzer.render.pictures.shapes import Box, Label, Line, Mark, bounds
from analyzer.render.pictures.text import few, few_in, fitted, natural, short_names, width
from analyzer.render.pictures.timeline import LANES, MARKS, timeline
from analyzer.render.pictures.topology import ALONE, GROUPS, PEERS, grouped, topology
from analyzer.render.pictures.tunnels import FEW, tunnels
from analyzer.states import MtuStep, TunnelState

NAMES = ("topology", "paths", "mtu", "tunnels", "timeline")
DRAWN = {(sample, name): picture for sample, make in SAMPLES.items() for name, picture in pictures(make()).items()}
LARGEST = 150_000


def texts(picture):
    return [one.text for one in picture.shapes if isinstance(one, Label)]


def looks(picture):
    return [one.looks for one in picture.shapes if isinstance(one, Mark)]


def svg_of(page, name):
    found = re.search(rf'<figure class="picture" id="picture-{name}">(.*?)</figure>', page, re.DOTALL)
    return re.search(r"<svg.*?</svg>", found[1], re.DOTALL)[0]


@pytest.fixture(params=DRAWN, ids="-".join)
def picture(request):
    return DRAWN[request.param]


def test_every_sample_has_every_picture_that_it_has_facts_for():
    assert {name for sample, name in DRAWN if sample == "broken"} == set(NAMES)
    assert set(pictures(SAMPLES["racks"]())) == set(NAMES) - {"paths"}
    assert pictures(quiet()) == {}


def test_nothing_leaves_the_frame(picture):
    for one in picture.shapes:
        left, top, right, bottom = bounds(one)
        assert 0 <= left <= right <= picture.width, one
        assert 0 <= top <= bottom <= picture.height, one


def test_no_text_meets_another_text_or_a_mark(picture):
    solid = [one for one in picture.shapes if isinstance(one, Label | Mark)]
    for one, other in combinations(solid, 2):
        if isinstance(one, Label) or isinstance(other, Label):
            assert not _meet(bounds(one), bounds(other)), (one, other)


def test_boxes_lie_in_one_another_or_apart(picture):
    boxes = [
        one for one in picture.shapes if isinstance(one, Box) and one.looks != "band" and picture.name != "timeline"
    ]
    for one, other in combinations(boxes, 2):
        a, b = bounds(one), bounds(other)
        assert not _meet(a, b) or _holds(a, b) or _holds(b, a), (one, other)


def _meet(one, other):
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _holds(outer, inner):
    return outer[0] <= inner[0] and outer[1] <= inner[1] and outer[2] >= inner[2] and outer[3] >= inner[3]


@pytest.mark.parametrize("sample", SAMPLES)
def test_the_svg_is_well_formed_and_named_and_small(sample):
    page = report_html(SAMPLES[sample](), {})
    for name in pictures(SAMPLES[sample]()):
        svg = svg_of(page, name)
        root = ET.fromstring(svg)
        assert root.attrib["role"] == "img"
        assert [each.tag for each in root][:2] == ["title", "desc"]
        assert root.attrib["aria-labelledby"] == root[0].attrib["id"]
        assert root.attrib["aria-describedby"] == root[1].attrib["id"]
        assert {each.tag for each in root.iter()} <= {"svg", "title", "desc", "rect", "path", "text", "g", "circle"}
        assert not [
            key for each in root.iter() for key in each.attrib if key.startswith("on") or key in {"style", "href"}
        ]
        assert len(svg) < LARGEST
        assert all(char in "\n\t" or char.isprintable() for char in set(svg))


def test_a_page_with_every_picture_is_deterministic():
    for make in SAMPLES.values():
        assert report_html(make(), {}) == report_html(make(), {})


@pytest.mark.parametrize("sample", REPORTS)
def test_reports_without_these_facts_have_no_picture(sample):
    assert "<svg" not in report_html(REPORTS[sample](), {})


def test_words_stand_beside_what_no_table_tells():
    for (sample, name), picture in DRAWN.items():
        assert picture.description.endswith(".")
        if name in {"mtu", "timeline", "paths"}:
            assert picture.words, (sample, name)


# Text


def test_a_text_is_shortened_in_its_middle():
    assert fitted("worker-0", 200, 13) == "worker-0"
    short = fitted("worker-0.rack-7.ocp.example.com", 100, 13)
    assert short.startswith("worker")
    assert short.endswith("om")
    assert "…" in short
    assert width(short, 13) <= 100
    assert width(fitted("漢" * 90, 100, 13), 13) <= 100
    assert fitted("w" * 50, 1, 13) == "…"
    assert "\\u202e" in fitted("\u202e", 200, 13)
    assert fitted("a\tb", 200, 13) == "a b"


def test_names_lose_the_domain_that_all_share():
    assert short_names(["a.example.com", "b.example.com"]) == {"a.example.com": "a", "b.example.com": "b"}
    for kept in (["a.example.com"], ["a.x", "b.y"], ["a", "b"], ["192.0.2.1", "198.0.2.1"]):
        assert short_names(kept) == {one: one for one in kept}


def test_names_are_sorted_as_people_count():
    names = [
        "",
        "192.0.2.9",
        "192.0.2.10",
        "9" * 5000,
        "a",
        "worker-",
        "worker-1",
        "worker-1.x",
        "worker-2",
        "worker-10",
    ]
    assert sorted((*names[5:], *names[:5]), key=natural) == names


def test_as_many_names_as_there_is_room_for():
    names = ["worker-0", "worker-1", "worker-2", "worker-3"]
    assert few(names) == "worker-0, worker-1, worker-2 and 1 more"
    assert few_in(names, 1000, 13) == few(names)
    assert few_in(names, 230, 13) == "worker-0, worker-1 and 2 more"
    assert few_in(names, 10, 13) == "worker-0 and 3 more"


# Topology


def test_every_node_has_a_box_and_every_session_a_line_in_small_clusters():
    states = [peer(f"n{at}", f"192.0.2.{to}") for at in range(ALONE) for to in range(3)]
    picture = topology(states)
    assert {f"n{at}" for at in range(ALONE)} | {f"192.0.2.{to}" for to in range(3)} <= set(texts(picture))
    assert len([one for one in picture.shapes if isinstance(one, Line)]) == len(states)


def test_the_state_of_a_session_is_told_by_word_mark_and_line():
    picture = topology([peer(), peer("worker-0", "192.0.2.2", "Active", None), peer("worker-1", bfd="down")])
    assert {"Active", "Established, BFD up", "Established, BFD down"} <= set(texts(picture))
    lines = [one.looks for one in picture.shapes if isinstance(one, Line)]
    assert sorted(lines) == ["bad", "good", "weak"]
    assert looks(picture)[-3:] == ["good", "weak", "bad"]  # the legend
    assert picture.description == "2 nodes, 2 peers, 3 sessions: 1 not up, 1 up without BFD."


def test_nodes_in_the_same_state_are_one_box_in_large_clusters():
    states = [
        peer(f"n{at:03}", f"192.0.2.{to}", "Active" if at == 7 else "Established") for at in range(40) for to in (1, 2)
    ]
    assert next(one.nodes for one in grouped(states)) == ("n007",)
    assert "39 nodes: n000, n001, n002 and 36 more" in texts(topology(states))


def test_what_is_beyond_the_boxes_is_counted():
    picture = DRAWN["large", "topology"]
    shown = [one for one in texts(picture) if re.fullmatch(r"worker-\d+", one)]
    (more,) = [one for one in texts(picture) if one.endswith("more nodes")]
    assert len(shown) == GROUPS
    assert len(shown) + int(more.split()[0]) == 500
    (left,) = [one for one in texts(picture) if one.endswith("more peers")]
    assert int(left.split()[0]) + PEERS == 200
    assert "500 nodes" in texts(picture)


def test_one_group_too_many_is_shown_and_well_ones_are_one():
    alone = [peer(f"n{at:02}", f"192.0.2.{at}", "Active") for at in range(GROUPS + 1)]
    assert len([one for one in texts(topology(alone)) if re.fullmatch(r"n\d\d", one)]) == GROUPS + 1
    well = [peer(f"n{at:02}", f"192.0.2.{at}", "Active" if at == 3 else "Established") for at in range(30)]
    assert "29 nodes: n00, n01, n02 and 26 more" in texts(topology(well))


def test_sessions_in_different_states_of_one_box_are_counted():
    assert "3 of 4 up" in " ".join(texts(DRAWN["large", "topology"]))
    assert any("of them without BFD" in one for one in texts(DRAWN["large", "topology"]))


# Ways of services


def test_the_broken_link_is_marked_and_nothing_is_reached_behind_it():
    one = service("a/b", "not announced", (("worker-0", "not announced", "is down", Step.CONFIGURATION),))
    picture = paths([one])
    assert looks(picture) == [*["good"] * 5, "bad", "good", "bad"]
    assert [box.looks for box in picture.shapes if isinstance(box, Box)][-2:] == ["dim", "dim"]
    assert "is down" in texts(picture)


def test_a_link_that_breaks_before_the_nodes_is_marked_once():
    early = service("a/b", "not announced", (), step=Step.POOL, pool=None, verdict="no pool has it")
    picture = paths([early])
    assert looks(picture)[:2] == ["good", "bad"]
    assert {"none", "no pool has it"} <= set(texts(picture))
    nodes = tuple((f"n{at}", "not announced", "no `network`", Step.NETWORK) for at in range(3))
    common = paths([service("a/b", "not announced", nodes, step=Step.ENDPOINTS, verdict="no endpoint")])
    assert looks(common)[:5] == ["good", "good", "good", "good", "bad"]
    assert "3 nodes" in texts(common)
    same = tuple((f"n{at}", "not announced", "not selected", Step.ADVERTISEMENT) for at in range(3))
    assert looks(paths([service("a/b", "not announced", same)]))[:3] == ["good", "good", "bad"]


def test_what_was_not_collected_is_not_said_to_hold():
    picture = paths([service(None, unseen=("pool", "endpoints"), pool=None)])
    assert looks(picture) == ["good", "plain", "good", "good", "plain", "good", "good", "good", "good", "plain"]
    assert "not known" in texts(picture)


def test_services_with_the_same_break_are_drawn_once_and_the_rest_is_counted():
    lost = [service(f"a/{at}", "not announced", verdict="same") for at in range(9)]
    other = [service(f"b/{at}", "partly announced", verdict=str(at)) for at in range(SHOWN + 2)]
    assert [len(one) for one in broken([*other, *lost])][:2] == [9, 1]
    told = texts(paths([*other, *lost, service("c/fine")]))
    assert "a/0 198.51.100.10 and 8 more with the same break" in told
    assert "and 3 more with other breaks: see the table" in told
    assert not [one for one in told if "c/fine" in one]


def test_where_all_is_well_one_way_is_shown_and_without_services_none():
    assert "shop/web 198.51.100.10" in texts(paths([service(None), service()]))
    assert paths([]) is None
    assert paths([service(reach="unknown", nodes=())]) is None


def test_nodes_that_are_alike_are_one_row_and_the_rest_is_counted():
    nodes = tuple((f"n{at}", "not announced", f"reason {at // 2}", "session") for at in range(14))
    one = service("a/b", "not announced", nodes)
    assert next(each.nodes for each in ways(one)) == ("n0", "n1")
    assert "and 6 more nodes" in texts(paths([one]))


def test_a_layer2_way_ends_with_the_answer():
    one = service("a/b", "not announced", (("n", "left out", "x", Step.NODE),), protocol="layer2", step=None)
    told = texts(paths([one]))
    assert "answers ARP, NDP" in told
    assert "sessions" not in told


# MTU


def test_the_break_is_marked_where_packets_no_longer_fit():
    picture = mtu([chain(), chain("worker-1", 1400, fault="more than 1400 of ens3", loses=True)])
    assert looks(picture) == ["bad", "bad"]
    assert "more than 1400 of ens3" in texts(picture)
    assert picture.description == "2 nodes: packets of pods do not fit on 1 node."


def test_nodes_with_equal_chains_are_drawn_once_with_their_number():
    states = [chain(f"n{at}") for at in range(500)]
    assert [len(one) for one in alike(states)] == [500]
    assert "500 nodes" in texts(mtu(states))
    assert looks(mtu(states)) == []
    assert "and 370 more nodes with other values" in texts(DRAWN["large", "mtu"])


def test_a_step_that_was_not_collected_is_no_number():
    picture = mtu(
        [replace(chain(), steps=(MtuStep("uplink", None, ()), MtuStep("pods", None, (1, 2, 3, 4))), changing=True)]
    )
    assert {"?", "1, 2, 3…", "not collected"} <= set(texts(picture))
    assert picture.description.endswith("A change of the MTU is under way.")
    assert mtu([]) is None


# Tunnels


def test_a_missing_tunnel_is_a_mark_in_the_matrix():
    states = [TunnelState("a", 2, ("b",), 1), TunnelState("b", 2, moved=("c",)), TunnelState("c", 2, reason="cut")]
    picture = tunnels(states)
    assert looks(picture) == ["bad", "good", "good", "weak", "plain", "plain", "good", "weak", "bad", "plain"]
    assert {"1 of 2; none to b", "2 of 2; to another address of c", "cut"} <= set(texts(picture))


def test_nodes_that_were_not_collected_are_rows_too():
    picture = tunnels([TunnelState("a", 2, ("b",), 1)], ("a", "b", "c"))
    assert texts(picture).count("not collected") == 2
    assert picture.description.endswith("The tunnels of 2 nodes were not collected.")


def test_many_nodes_are_bars_and_counts():
    names = [f"n{at:02}" for at in range(FEW + 10)]
    states = [TunnelState(one, 25, ("n00",) if at > 5 else (), int(at > 5)) for at, one in enumerate(names)]
    picture = tunnels(states)
    assert {"8 more nodes that lack tunnels", "6 nodes with a tunnel to each of the others"} <= set(texts(picture))
    assert "missing most often: the tunnel to n00, on 20 nodes" in texts(picture)
    shapes = [one for one in picture.shapes if isinstance(one, Box)]
    assert shapes[0].width > shapes[1].width > shapes[0].width * 0.9


def test_when_nothing_is_missing_one_box_says_so():
    picture = tunnels([TunnelState(f"n{at}", 499) for at in range(500)])
    assert "249,500 tunnels, none is missing" in texts(picture)
    assert tunnels([]) is None


# Timeline


def test_every_node_with_faults_has_a_lane_and_the_others_are_one():
    told = [entry(at, f"n{at:03}", bad=at < 5) for at in range(100)]
    names = texts(timeline(told))
    assert {f"n{at:03}" for at in range(5)} <= set(names)
    assert "95 other nodes" in names
    assert "100 nodes" in texts(timeline([replace(one, bad=False) for one in told]))
    assert len([one for one in texts(timeline(told[: LANES + 1])) if one.startswith("n0")]) == LANES + 1


def test_marks_that_are_not_drawn_are_counted():
    for picture, total in ((DRAWN["large", "timeline"], 1000), (DRAWN["broken", "timeline"], 63)):
        marks = [one for one in picture.shapes if isinstance(one, Mark) and one.words]
        assert len(marks) <= MARKS
        drawn = sum(
            int(found[1].replace(",", "")) if (found := re.match(r"([\d,]+) entries", one.words)) else 1
            for one in marks
        )
        hidden = sum(int(one.split()[0].replace(",", "")) for one in texts(picture) if one.endswith("not drawn"))
        assert drawn + hidden == total


def test_a_mark_says_what_it_is_and_how_sure_its_time():
    picture = timeline(
        [entry(bad=True, about=True), entry(9, "b", Lane.PODS, guessed=True), entry(5000, "c", lasts=900, count=7)]
    )
    marks = [one for one in picture.shapes if isinstance(one, Mark) and one.words]
    first, second, third = sorted(marks, key=lambda one: (one.x, one.y))
    assert (first.looks, first.letter) == ("bad letter about", "B")
    assert first.words == "~2026-11-21 10:00:00 it is lost"
    assert (second.looks, second.letter) == ("plain letter guessed", "P")
    assert third.words.endswith("7 times: it is lost")
    assert "7" in texts(picture)
    huge = [entry(at, node, count=10**power) for at, (node, power) in enumerate((("a", 3), ("b", 7), ("c", 9)))]
    assert {"1k", "10M", "many"} <= set(texts(timeline(huge)))
    (bar,) = [one for one in picture.shapes if isinstance(one, Box)]
    assert bar.x == third.x


def test_the_collection_is_a_band():
    picture = timeline(
        [
            entry(),
            *collected(60, 120),
            *(entry(at, None, Lane.COLLECTION, "the collection begins") for at in (600, 700)),
        ]
    )
    bands = [one for one in picture.shapes if isinstance(one, Box) and one.looks == "band"]
    assert [one.width > 4 for one in bands] == [True, False]
    assert timeline(collected(0, 60)) is None


def test_long_times_without_an_entry_are_cut_out():
    axis = axis_of([entry(), entry(60), entry(90_000), entry(90_060)], 0, 1000)
    assert [text for _, text in axis.cuts] == ["1 d 59 min"]
    first, cut, begin = (axis.x(START + timedelta(seconds=at)) for at in (60, 30_000, 90_000))
    assert 0 < first == cut < begin
    assert axis.x(START + timedelta(seconds=90_060)) == 1000
    assert axis.x(START - timedelta(days=1)) == 0
    assert axis_of([entry(), entry(200)], 0, 1000).cuts == ()


def test_times_are_written_at_round_moments():
    axis = axis_of([entry(1, lasts=3598)], 0, 1000)
    labels = axis.labels()
    assert labels[0][1] == "2026-11-21 10:10:00"
    assert [text for _, text in labels[1:]] == ["10:20:00", "10:30:00", "10:40:00", "10:50:00"]
    assert axis_of([entry()], 0, 1000).labels()[0][1] == "2026-11-21 10:00:00"


def test_a_lane_has_few_rows_and_faults_come_first():
    told = [entry(0, lane=lane, bad=lane is Lane.PODS) for lane in list(Lane)[1:]]
    axis = axis_of(told, 0, 1000)
    found = placed(told, axis, 99)
    assert [one.row for one in found] == list(range(ROWS))
    assert found[0].entries[0].lane is Lane.PODS
    assert placed(told, axis, 2) == found[:2]


def test_a_hostile_name_is_visible_and_harmless():
    page = report_html(SAMPLES["hostile"](), {})
    for name in NAMES:
        svg = svg_of(page, name)
        assert "<script" not in svg
        assert "<span" not in svg  # it would end the picture
    assert HOSTILE not in page


def test_a_report_without_nodes_names_its_lane():
    assert "cluster" in texts(timeline([entry(node=None)]))
    assert full().peers is None
