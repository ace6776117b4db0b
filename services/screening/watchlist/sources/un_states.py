"""States as the United Nations and other publishers of lists write their names → ISO 3166-1 alpha-3.

Reviewed by hand against the names on the consolidated list of 27 February 2026, the UN terminology list, and
OFAC's list of 2021.
A name that is not here keeps its text and is flagged: a guessed State would be an invented fact.

Source: ISO 3166-1; `spec/watchlist-governance.md` §6 (countries), `spec/mrz.md` §7 (withdrawn codes).
"""

# One State a line: the code, then the name that the UN uses.
_NAMES = """
AFG Afghanistan
ALB Albania
DZA Algeria
ASM American Samoa
AND Andorra
AGO Angola
AIA Anguilla
ATA Antarctica
ATG Antigua and Barbuda
ARG Argentina
ARM Armenia
ABW Aruba
AUS Australia
AUT Austria
AZE Azerbaijan
BHS Bahamas
BHR Bahrain
BGD Bangladesh
BRB Barbados
BLR Belarus
BEL Belgium
BLZ Belize
BEN Benin
BMU Bermuda
BTN Bhutan
BOL Bolivia (Plurinational State of)
BES Bonaire, Sint Eustatius and Saba
BIH Bosnia and Herzegovina
BWA Botswana
BVT Bouvet Island
BRA Brazil
IOT British Indian Ocean Territory
VGB British Virgin Islands
BRN Brunei Darussalam
BGR Bulgaria
BFA Burkina Faso
BDI Burundi
CPV Cabo Verde
KHM Cambodia
CMR Cameroon
CAN Canada
CYM Cayman Islands
CAF Central African Republic
TCD Chad
CHL Chile
CHN China
HKG China, Hong Kong Special Administrative Region
MAC China, Macao Special Administrative Region
CXR Christmas Island
CCK Cocos (Keeling) Islands
COL Colombia
COM Comoros
COG Congo
COK Cook Islands
CRI Costa Rica
HRV Croatia
CUB Cuba
CUW Curaçao
CYP Cyprus
CZE Czechia
CIV Côte d'Ivoire
PRK Democratic People's Republic of Korea
COD Democratic Republic of the Congo
DNK Denmark
DJI Djibouti
DMA Dominica
DOM Dominican Republic
ECU Ecuador
EGY Egypt
SLV El Salvador
GNQ Equatorial Guinea
ERI Eritrea
EST Estonia
SWZ Eswatini
ETH Ethiopia
FLK Falkland Islands (Malvinas)
FRO Faroe Islands
FJI Fiji
FIN Finland
FRA France
GUF French Guiana
PYF French Polynesia
ATF French Southern Territories
GAB Gabon
GMB Gambia
GEO Georgia
DEU Germany
GHA Ghana
GIB Gibraltar
GRC Greece
GRL Greenland
GRD Grenada
GLP Guadeloupe
GUM Guam
GTM Guatemala
GGY Guernsey
GIN Guinea
GNB Guinea-Bissau
GUY Guyana
HTI Haiti
HMD Heard Island and McDonald Islands
VAT Holy See
HND Honduras
HUN Hungary
ISL Iceland
IND India
IDN Indonesia
IRN Iran (Islamic Republic of)
IRQ Iraq
IRL Ireland
IMN Isle of Man
ISR Israel
ITA Italy
JAM Jamaica
JPN Japan
JEY Jersey
JOR Jordan
KAZ Kazakhstan
KEN Kenya
KIR Kiribati
XKX Kosovo
KWT Kuwait
KGZ Kyrgyzstan
LAO Lao People's Democratic Republic
LVA Latvia
LBN Lebanon
LSO Lesotho
LBR Liberia
LBY Libya
LIE Liechtenstein
LTU Lithuania
LUX Luxembourg
MDG Madagascar
MWI Malawi
MYS Malaysia
MDV Maldives
MLI Mali
MLT Malta
MHL Marshall Islands
MTQ Martinique
MRT Mauritania
MUS Mauritius
MYT Mayotte
MEX Mexico
FSM Micronesia (Federated States of)
MCO Monaco
MNG Mongolia
MNE Montenegro
MSR Montserrat
MAR Morocco
MOZ Mozambique
MMR Myanmar
NAM Namibia
NRU Nauru
NPL Nepal
NLD Netherlands
NCL New Caledonia
NZL New Zealand
NIC Nicaragua
NER Niger
NGA Nigeria
NIU Niue
NFK Norfolk Island
MKD North Macedonia
MNP Northern Mariana Islands
NOR Norway
OMN Oman
PAK Pakistan
PLW Palau
PAN Panama
PNG Papua New Guinea
PRY Paraguay
PER Peru
PHL Philippines
PCN Pitcairn
POL Poland
PRT Portugal
PRI Puerto Rico
QAT Qatar
KOR Republic of Korea
MDA Republic of Moldova
ROU Romania
RUS Russian Federation
RWA Rwanda
REU Réunion
BLM Saint Barthélemy
SHN Saint Helena, Ascension and Tristan da Cunha
KNA Saint Kitts and Nevis
LCA Saint Lucia
MAF Saint Martin (French part)
SPM Saint Pierre and Miquelon
VCT Saint Vincent and the Grenadines
WSM Samoa
SMR San Marino
STP Sao Tome and Principe
SAU Saudi Arabia
SEN Senegal
SRB Serbia
SYC Seychelles
SLE Sierra Leone
SGP Singapore
SXM Sint Maarten (Dutch part)
SVK Slovakia
SVN Slovenia
SLB Solomon Islands
SOM Somalia
ZAF South Africa
SGS South Georgia and the South Sandwich Islands
SSD South Sudan
ESP Spain
LKA Sri Lanka
PSE State of Palestine
SDN Sudan
SUR Suriname
SJM Svalbard and Jan Mayen
SWE Sweden
CHE Switzerland
SYR Syrian Arab Republic
TWN Taiwan Province of China
TJK Tajikistan
THA Thailand
TLS Timor-Leste
TGO Togo
TKL Tokelau
TON Tonga
TTO Trinidad and Tobago
TUN Tunisia
TKM Turkmenistan
TCA Turks and Caicos Islands
TUV Tuvalu
TUR Türkiye
UGA Uganda
UKR Ukraine
ARE United Arab Emirates
GBR United Kingdom of Great Britain and Northern Ireland
TZA United Republic of Tanzania
UMI United States Minor Outlying Islands
USA United States of America
VIR United States Virgin Islands
URY Uruguay
UZB Uzbekistan
VUT Vanuatu
VEN Venezuela (Bolivarian Republic of)
VNM Viet Nam
WLF Wallis and Futuna
ESH Western Sahara
YEM Yemen
ZMB Zambia
ZWE Zimbabwe
ALA Åland Islands
"""

# Names that older rows, or rows translated from other languages, carry beside today's.
_OTHER_NAMES = """
BOL Bolivia
CIV Cote d'Ivoire
COD Congo, Democratic Republic of the
CPV Cape Verde
CZE Czech Republic
GBR United Kingdom
HKG Hong Kong
HKG Hong Kong, China
IRN Iran
KOR South Korea
LAO Laos
LBY Libyan Arab Jamahiriya
MKD The former Yugoslav Republic of Macedonia
MMR Burma
NLD Netherlands (Kingdom of the)
PRK North Korea
PSE Occupied Palestinian Territory
PSE Palestine
RUS Russia
SUN former Soviet Union
SUN Union of Soviet Socialist Republics
SWZ Swaziland
SYR Syria
TUR Turkey
TZA Tanzania
USA United States
VNM Vietnam
YUG former Yugoslavia
COD Zaire
COM Comoros Islands
GBR UK
GMB The Gambia
MKD Macedonia
MKD Macedonia, The Former Yugoslav Republic of
PHL the Philippines
PRK Korea, North
KOR Korea, South
COG Congo, Republic of the
PSE Gaza
PSE Gaza Strip
PSE Palestinian
PSE Palestinian Territories
PSE West Bank
RUS the Russian Federation
USA USA
VEN Venezuela
"""

# The demonstration's fictional list writes these user-assigned codes where the UN writes a name.
_DEMONSTRATION = "XAA XBB XCC XDD"


def _key(name: str) -> str:
    return " ".join(name.replace("’", "'").casefold().split())


def _table() -> dict[str, str]:
    lines = [*_NAMES.strip().splitlines(), *_OTHER_NAMES.strip().splitlines()]
    named = {_key(line[4:]): line[:3] for line in lines}
    return named | {_key(code): code for code in _DEMONSTRATION.split()}


_CODES = _table()


def state_code(name: str) -> str | None:
    """The three letters of a State by the name that a publisher writes, or `None` where the table has none.

    White space, capitals and the kind of apostrophe do not matter; nothing else is guessed.
    """
    return _CODES.get(_key(name))
