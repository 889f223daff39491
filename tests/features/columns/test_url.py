"""Parts of URLs: whole, host, path and query, and the signs of phishing."""

import polars as pl
import pytest

from phantom_ml.data.schema import ColumnKind
from tests.features.columns.made import computed, fitted, parts_of


def parts(url: str) -> dict:
    return computed("url", [url]).row(0, named=True)


def part(url: str, name: str):
    return parts(url)[name]


def test_a_url_is_measured_in_its_components():
    found = parts("https://www.shop.example.com/a/b-c/File1.html?x=1&long=12345#top")
    expected = {
        "length": 64,
        "scheme": "https",
        "is_https": True,
        "path.length": 17,
        "path.depth": 3,
        "path.hyphen_count": 1,
        "path.dot_count": 1,
        "path.longest_segment": 10,
        "path.file_length": 10,
        "path.file_digit_count": 1,
        "query.length": 14,
        "query.parameter_count": 2,
        "query.longest_value": 5,
        "fragment.length": 3,
        "extension": "html",
        "file_class": "page",
        "host.suffix": "com",
        "host.label_count": 4,
        "has_www": True,
    }
    assert {name: found[name] for name in expected} == expected


@pytest.mark.parametrize(
    ("ending", "what"),
    [("js", "browser_script"), ("css", "style"), ("json", "data"), ("php", "script")],
)
def test_the_ending_of_a_file_tells_what_it_is(ending, what):
    assert part(f"https://example.com/a/b.{ending}?x=1", "file_class") == what


@pytest.mark.parametrize(
    "host", ["192.0.2.1", "3221225985", "0xC0000201", "0300.0.02.01", "0xc0.0.2.1", "[2001:db8::1]"]
)
def test_a_host_that_is_an_address_is_told(host):
    assert part(f"http://{host}/x", "host_is_ip")


@pytest.mark.parametrize("host", ["example.com", "1.2.3.4.com", "face.b00c", "1.2.3.4.5"])
def test_a_host_that_is_a_name_is_no_address(host):
    assert not part(f"http://{host}/x", "host_is_ip")


def test_an_address_in_a_form_that_nobody_writes_is_hidden():
    urls = ["http://3221225985/", "http://0300.0.2.1/", "http://192.0.2.1/", "http://[::1]/"]
    assert computed("url", urls)["host_is_hidden_ip"].to_list() == [True, True, False, False]


def test_only_a_port_that_is_not_the_schemes_own_counts():
    urls = ["http://a.test:80/", "https://a.test:443/", "http://a.test:443/", "http://a.test/"]
    assert computed("url", urls)["has_port"].to_list() == [False, False, True, False]


@pytest.mark.parametrize(
    "url", ["http://[2001:db8::1]:443/x", "http://[2001:db8::1]/x", "[2001:db8::1]:443/x"]
)
def test_a_host_s_length_is_without_brackets_and_port(url):
    assert part(url, "host.length") == 11


def test_a_user_name_before_the_host_is_told():
    assert part("http://www.paypal.com@evil.test/", "has_userinfo")
    assert not part("http://evil.test/user@host", "has_userinfo")


@pytest.mark.parametrize(
    ("url", "misplaced"),
    [
        ("http://paypal.com.evil.test/", True),
        ("http://evil.test/paypal/login", True),
        ("http://evil.test/dhl/track.php", True),
        ("http://evil.test/groups/backups", False),
        ("https://www.paypal.com/paypal/login", False),
        ("https://example.com/", False),
    ],
)
def test_a_brand_outside_of_its_own_domain_is_misplaced(url, misplaced):
    assert part(url, "misplaced_brand") is misplaced


def test_endings_of_hosts_in_subdomain_and_path_are_told():
    urls = ["http://bank.com.evil.test/", "http://evil.test/www.bank.com/x", "http://bank.com/x"]
    found = computed("url", urls)
    assert found["suffix_in_subdomain"].to_list() == [True, False, False]
    assert found["suffix_in_path"].to_list() == [False, True, False]


def test_words_of_phishing_are_counted_and_told():
    found = parts("http://evil.test/secure/login/verify-account.php")
    assert (found["keyword_count"], found["path.keyword_count"]) == (4, 4)
    assert all(found[f"says_{w}"] for w in ("secure", "login", "verify", "account"))
    assert not found["says_wallet"]


def test_a_shortener_is_told():
    urls = ["https://bit.ly/3xyz", "https://bit.ly.evil.test/", "https://rabbit.ly/"]
    assert computed("url", urls)["is_shortener"].to_list() == [True, False, False]


def test_a_parameter_that_carries_a_target_is_told():
    found = parts("https://a.test/out?id=1&next=https%3A%2F%2Fevil.test%2F")
    assert found["has_redirect_parameter"]
    assert found["contains_url"]
    plain = parts("https://a.test/?context=5")
    assert not plain["has_redirect_parameter"]
    assert not plain["contains_url"]


def test_a_mail_address_of_the_victim_is_told():
    assert part("http://evil.test/index.php?email=jane.doe@corp.com", "contains_email")
    assert part("http://evil.test/index.php?email=jane.doe%40corp.com", "contains_email")
    assert not part("http://evil.test/@channel", "contains_email")


@pytest.mark.parametrize(
    "path", ["/../etc/passwd", "/a/%2e%2e/b", "/..%2fb", "/..\\windows", "/x?f=../../etc"]
)
def test_a_way_up_the_folders_is_told(path):
    assert part(f"http://a.test{path}", "has_traversal")


def test_double_encoding_is_told():
    assert part("http://a.test/%252e%252e/", "double_encoded")
    assert not part("http://a.test/100%25/%2e", "double_encoded")


@pytest.mark.parametrize("url", ["javascript:alert(1)", " JavaScript:alert(1)", "data:text/html,x"])
def test_a_url_that_is_a_script_itself_is_told(url):
    assert part(url, "is_data_or_javascript")


def test_folders_where_intruders_leave_pages_are_told():
    found = parts("http://shop.test/wp-content/plugins/.x/index.php")
    assert found["is_content_manager_path"]
    assert found["is_wordpress_path"]
    assert found["has_hidden_directory"]
    assert found["is_index_file"]


def test_entropies_are_of_path_and_query_alone():
    found = parts("http://a.test/aaaa?abab")
    assert found["path.entropy"] == pytest.approx(0.7219, abs=1e-4)
    assert found["query.entropy"] == 1


def test_a_url_without_a_host_has_no_parts_of_one():
    found = parts("/path?q=1")
    assert (found["scheme"], found["is_https"], found["host_is_ip"]) == (None, None, None)
    assert [value for name, value in found.items() if name.startswith("host.")] == [None] * sum(
        name.startswith("host.") for name in found
    )


def test_urls_of_one_host_share_its_parts():
    urls = ["http://b.test/1", "/none", "http://a.example.com/", "http://b.test/2"]
    assert computed("url", urls)["host.label_count"].to_list() == [2, None, 3, 2]


def test_features_are_called_by_column_and_part():
    urls = [
        f"http://h{i}.example.{'com' if i % 2 else 'org'}/p/{i}.php?x={i * 7}" for i in range(40)
    ]
    encoder = fitted("url", urls, ColumnKind.URL, column="url")
    names = {feature.name for feature in encoder.features}
    assert {"url.length", "url.path.entropy", "url.query.entropy", "url.host.suffix"} <= names
    assert parts_of(encoder, urls[:2])["host.suffix"].to_list() == ["org", "com"]


def test_a_missing_url_has_no_parts():
    urls = [f"http://h{i}.example.com/{'a' * i}" for i in range(10)]
    found = parts_of(fitted("url", urls, ColumnKind.URL), [None])
    assert found.select(pl.all().is_null().all()).row(0) == (True,) * found.width
